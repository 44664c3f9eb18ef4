/** What gateways ask of each other for snapshots, under /internal/v1/snapshots/. */
import * as z from 'zod';
import { snapshotFacts, storedSnapshot } from '../bricks/snapshot-record.ts';

const name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,229}$/);
const token = z.string().min(1).max(255);
const ordinal = z.number().int().min(0).max(9999);

export const foundSnapshots = z.array(storedSnapshot);
export const query = z.object({ snapshot: name, volume: name, group: name }).partial();
export const prepareRequest = z.strictObject({
  token,
  snapshots: z
    .array(
      z.strictObject({
        facts: snapshotFacts,
        bricks: z.array(z.object({ subvol: ordinal, brick: ordinal })).min(1),
      }),
    )
    .min(1),
});
export const freezeRequest = z.strictObject({ token, seconds: z.number().int().min(1).max(5) });
export const tokenOnly = z.strictObject({ token });
export const thawReply = z.object({ unbroken: z.boolean() });
export const commitRequest = z.strictObject({ token, createdAt: z.number().int().positive() });
export const snapshotOnly = z.strictObject({ snapshot: name });
