/**
 * Shares one read among the requests that ask for it at the same time. A request never gets the result of
 * a read that began before the request did (it would miss a change made in between): it joins the next one.
 */
export class Coalescer<T> {
  readonly #running = new Map<string, Promise<T>>();
  readonly #next = new Map<string, Promise<T>>();

  /** Runs `read`, or joins the run of the same key that has not begun yet. */
  run(key: string, read: () => Promise<T>): Promise<T> {
    const waiting = this.#next.get(key);
    if (waiting !== undefined) return waiting;
    const running = this.#running.get(key);
    if (running === undefined) return this.#start(key, read);
    const next = running.then(ignore, ignore).then(() => {
      this.#next.delete(key);
      return this.#start(key, read);
    });
    this.#next.set(key, next);
    return next;
  }

  #start(key: string, read: () => Promise<T>): Promise<T> {
    const running = read().finally(() => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    });
    this.#running.set(key, running);
    return running;
  }
}

function ignore(): void {}
