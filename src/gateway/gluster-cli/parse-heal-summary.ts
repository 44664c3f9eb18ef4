import * as z from 'zod';
import type { GlusterBrickHeal } from './gluster.ts';
import type { Reply } from './reply.ts';
import { element } from './reply.ts';

/** "-" where the brick cannot be asked. */
const entries = z
  .string()
  .optional()
  .transform((text) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined));
const brick = z.object({
  '@hostUuid': z.string(),
  name: z.string(),
  status: z.string(),
  totalNumberOfEntries: entries,
  numberOfEntriesInHealPending: entries,
  numberOfEntriesInSplitBrain: entries,
  numberOfEntriesPossiblyHealing: entries,
});
const body = z.object({
  healInfo: element(z.object({ bricks: element(z.object({ brick: z.array(brick).default([]) })) })),
});

/** Reads `volume heal NAME info summary --xml`. Throws a ZodError when its form is unknown. */
export function parseHealSummary(reply: Reply): readonly GlusterBrickHeal[] {
  return body.parse(reply.body).healInfo.bricks.brick.map((parsed) => ({
    hostId: parsed['@hostUuid'],
    name: parsed.name,
    // 10.3 writes the next element's name and value into the text of a brick that failed.
    status: parsed.status.replace(/totalNumberOfEntries\d+$/, ''),
    total: parsed.totalNumberOfEntries,
    pending: parsed.numberOfEntriesInHealPending,
    splitBrain: parsed.numberOfEntriesInSplitBrain,
    possiblyHealing: parsed.numberOfEntriesPossiblyHealing,
  }));
}
