import { Semaphore } from './semaphore.ts';

/** One task at a time for each key; others wait in order. They guard one process only. */
export class KeyedQueues {
  readonly #queues = new Map<string, { readonly turn: Semaphore; users: number }>();

  /** A signal that fires while waiting rejects with its reason. */
  async run<T>(key: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key) ?? { turn: new Semaphore(1), users: 0 };
    this.#queues.set(key, queue);
    queue.users += 1;
    try {
      return await queue.turn.run(signal, task);
    } finally {
      queue.users -= 1;
      if (queue.users === 0) this.#queues.delete(key);
    }
  }
}
