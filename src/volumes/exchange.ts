import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, checkpoint } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { Backend } from './backend.ts';
import type { Volume } from './spec.ts';

const TRIES = 20;
const WAIT_MS = 100;

/**
 * Does the work again while it resolves undefined (somebody else changed what it had read) or is told `busy`. Throws
 * `busy` when that goes on for long; the caller's retry goes on.
 */
export async function untilSettled<T>(
  what: string,
  call: Call,
  work: () => Promise<T | undefined>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    checkpoint(call);
    const settled = await work().catch((error: unknown) => {
      if (!isFault(error, 'busy') || tries === TRIES) throw error;
      return undefined;
    });
    if (settled !== undefined) return settled;
    if (tries === TRIES) throw new Fault('busy', `${what} is being changed by others; retry`);
    // Several that wait should not meet again.
    await sleep(WAIT_MS * (0.5 + Math.random()), undefined, { signal: call.signal }).catch(() =>
      checkpoint(call),
    );
  }
}

/** Gives the volume as read other metadata; false when they are others meanwhile, or the volume is gone. */
export async function exchange(
  backend: Backend,
  { name, metadata: expected }: Volume,
  metadata: Readonly<Record<string, string>>,
  call: Call,
): Promise<boolean> {
  try {
    return await backend.exchangeMetadata(name, { expected, metadata }, call);
  } catch (error) {
    if (isFault(error, 'not-found')) return false;
    throw error;
  }
}
