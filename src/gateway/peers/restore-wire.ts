/** What gateways ask of each other to restore volumes, under /internal/v1/restores/. */
import * as z from 'zod';

const name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,229}$/);
const token = z.string().min(1).max(255);

export const restorePrepare = z.strictObject({ volume: name, snapshot: name, token });
export const restoreStep = z.strictObject({ volume: name, token });
