import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE } from './patience.ts';

/** Asks until the answer is true. Throws when it is not within the time: the message says what was awaited. */
export async function until(
  what: string,
  ask: () => boolean | Promise<boolean>,
  options: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  const { everyMs = 20 } = options;
  const timeoutMs = (options.timeoutMs ?? 30_000) * PATIENCE;
  const end = performance.now() + timeoutMs;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await sleep(everyMs);
  }
}
