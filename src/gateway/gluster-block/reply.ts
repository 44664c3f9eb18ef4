import * as z from 'zod';
import { parseJson } from '../../control/parse-json.ts';
import type { CommandResult } from '../../host/run.ts';

const addresses = z.array(z.string()).default([]);

/** The union of what gluster-block 0.5.1 prints as JSON; `info` alone has no RESULT when it succeeds. */
const reply = z.looseObject({
  RESULT: z.enum(['SUCCESS', 'FAIL', 'SKIPPED']).exactOptional(),
  errCode: z.number().int().exactOptional(),
  errMsg: z.string().exactOptional(),
  USERNAME: z.string().exactOptional(),
  PASSWORD: z.string().exactOptional(),
  GBID: z.string().exactOptional(),
  'EXPORTED ON': addresses,
  'FAILED ON': addresses,
  'ROLLBACK FAILED ON': addresses,
  'REPLACE PORTAL FAILED ON': addresses,
  'CREATE FAILED': z.string().exactOptional(),
  'DELETE FAILED': z.string().exactOptional(),
});
export type GlusterBlockReply = z.output<typeof reply>;

/**
 * What the command printed, on stdout when it succeeded and on stderr when not, maybe behind a notice of plain text.
 * Undefined when it is no JSON: usage errors, and a daemon that is not there.
 */
export function parseReply({ stdout, stderr }: CommandResult): GlusterBlockReply | undefined {
  for (const text of [stdout, stderr]) {
    const start = text.indexOf('{');
    if (start < 0) continue;
    const parsed = reply.safeParse(parseJson(text.slice(start)));
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

/** The exit code alone says nothing: a size that it cannot read ends with 0 and a usage text. */
export function isSuccess({ exitCode }: CommandResult, said: GlusterBlockReply | undefined): boolean {
  if (said === undefined) return false;
  if (said.RESULT === 'SKIPPED') return true;
  const hasSaid = said.RESULT === 'SUCCESS' || (said.RESULT === undefined && said.GBID !== undefined);
  return exitCode === 0 && hasSaid;
}
