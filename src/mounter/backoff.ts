/** Growing pauses between attempts at the same thing. */
export class Backoff {
  readonly #firstMs: number;
  readonly #failures = new Map<string, { readonly count: number; readonly until: number }>();

  constructor(firstMs: number) {
    this.#firstMs = firstMs;
  }

  isDue(key: string, now: number): boolean {
    return (this.#failures.get(key)?.until ?? 0) <= now;
  }

  /** Twice as long as the last time, at most `mostMs`. */
  failed(key: string, now: number, mostMs: number): void {
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    const pauseMs = Math.min(this.#firstMs * 2 ** (count - 1), mostMs);
    this.#failures.set(key, { count, until: now + pauseMs });
  }

  succeeded(key: string): void {
    this.#failures.delete(key);
  }

  /** Forgets what does not exist any more. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#failures.keys()) if (!keys.has(key)) this.#failures.delete(key);
  }
}
