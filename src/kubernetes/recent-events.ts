/** The same thing is told of the same object once in this time. */
const SAME_MS = 5 * 60_000;
/** How many different things are told of one object in that time. */
const MAX_PER_OBJECT = 50;
/** Objects remembered; a node has some 250 pods. */
const MAX_OBJECTS = 1_000;

/** Keeps events from repeating themselves: etcd holds each of them for an hour. */
export class RecentEvents {
  /** By object: what was told, and when. Oldest first. */
  readonly #told = new Map<string, Map<string, number>>();
  readonly #now: () => number;

  /** `now` tells milliseconds on a monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** True when it is to be told, which is then remembered. */
  admit(object: string, text: string): boolean {
    const told = this.#fresh(object);
    const isNews = !told.has(text) && told.size < MAX_PER_OBJECT;
    if (isNews) told.set(text, this.#now());
    this.#told.delete(object);
    this.#told.set(object, told);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MAX_OBJECTS && oldest !== undefined) this.#told.delete(oldest);
    return isNews;
  }

  /** It could not be told after all: the next time is the first one. */
  forget(object: string, text: string): void {
    this.#told.get(object)?.delete(text);
  }

  #fresh(object: string): Map<string, number> {
    const told = this.#told.get(object) ?? new Map<string, number>();
    for (const [text, at] of told) if (this.#now() - at >= SAME_MS) told.delete(text);
    return told;
  }
}
