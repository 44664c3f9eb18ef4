/**
 * Clients that some work of this process has in its hands: nothing else may end or replace them meanwhile. Whoever
 * claims has to look again afterwards, since what it saw before may be the work of the one who held them.
 */
export class Claims {
  readonly #held = new Set<string>();

  /** Undefined when one of them is claimed already. */
  claim(...ids: readonly string[]): Disposable | undefined {
    if (ids.some((id) => this.#held.has(id))) return undefined;
    for (const id of ids) this.#held.add(id);
    return {
      [Symbol.dispose]: () => {
        for (const id of ids) this.#held.delete(id);
      },
    };
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }
}
