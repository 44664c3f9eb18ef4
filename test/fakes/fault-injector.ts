import { setImmediate as turn } from 'node:timers/promises';
import type { Call } from '../../src/control/call.ts';
import { checkpoint } from '../../src/control/call.ts';
import { Fault } from '../../src/control/fault.ts';

/** `fail-before`: not done, and said so by chance; `fail-after`: done, and the reply lost; `hang`: no answer until
 * the caller gives up; `twice`: the request arrives twice, and the second answer is the one that counts. */
export type Injection = 'fail-before' | 'fail-after' | 'hang' | 'twice';
export const INJECTIONS: readonly Injection[] = ['fail-before', 'fail-after', 'hang', 'twice'];

/** Makes named steps fail. Each injection happens once, so that a retry gets through. */
export class FaultInjector<Point extends string> {
  readonly #planned = new Map<Point, Injection>();
  /** How often each step was begun. */
  readonly begun = new Map<Point, number>();

  plan(point: Point, injection: Injection): void {
    this.#planned.set(point, injection);
  }

  /** Injections that no step has met so far. */
  get pending(): readonly Point[] {
    return [...this.#planned.keys()];
  }

  /** Runs a step of a change, or lets it fail as planned. */
  async step<T>(point: Point, call: Call, work: () => T): Promise<T> {
    this.begun.set(point, (this.begun.get(point) ?? 0) + 1);
    await turn();
    const injection = this.#planned.get(point);
    this.#planned.delete(point);
    if (injection === 'fail-before') throw new Fault('uncertain', `no answer to ${point}; retry`);
    if (injection === 'hang') await waitForAbort(call);
    const result = work();
    if (injection === 'fail-after') throw new Fault('uncertain', `no answer to ${point}; retry`);
    return injection === 'twice' ? work() : result;
  }
}

async function waitForAbort(call: Call): Promise<void> {
  await new Promise<void>((resolve) => {
    if (call.signal.aborted) resolve();
    else call.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  checkpoint(call);
}
