import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is true. Throws when it is not within the time: the message says what was awaited. */
export async function until(
  what: string,
  ask: () => boolean | Promise<boolean>,
  options: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  const { timeoutMs = 30_000, everyMs = 20 } = options;
  const end = performance.now() + timeoutMs;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await sleep(everyMs);
  }
}
