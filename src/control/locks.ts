import { Fault } from './fault.ts';

/**
 * Keyed locks that refuse instead of queueing: a second request for a key gets `busy` and its caller
 * retries, so that pile-ups are seen. They guard one process only.
 */
export class KeyedLocks {
  readonly #held = new Set<string>();

  /** Takes all keys or none. Use as `using held = locks.acquire(...)`. Throws `busy`, naming the key. */
  acquire(...keys: readonly string[]): Disposable {
    const wanted = new Set(keys);
    for (const key of wanted) {
      if (this.#held.has(key)) throw new Fault('busy', `another request is working on ${key}; retry`);
    }
    for (const key of wanted) this.#held.add(key);
    return {
      [Symbol.dispose]: () => {
        for (const key of wanted) this.#held.delete(key);
      },
    };
  }
}
