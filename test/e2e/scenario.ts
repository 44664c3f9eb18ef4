import { type Installation, installed } from './install/installed.ts';
import { runsOf } from './options.ts';
import { describeVerdict, type Verdict } from './writer/verdict.ts';

/** What a scenario has to tell beside that it passed. */
export type Outcome = Verdict | string | undefined;
export type Act = (installation: Installation, times: number) => Promise<Outcome>;

interface Limits {
  /** How often `--repeat` without a number does it; absent: it is not repeated unless it is named. */
  readonly repeat?: number;
}

const TEST_MS = 300_000;
const SETTLE_MS = 20 * 60_000;
const together: Promise<unknown>[] = [];

/**
 * A scenario that needs the cluster for itself: what it disturbs would disturb the others. It begins after all that
 * run together are over. `act` does it `times` times; it prints its time and what it resolves with.
 */
export function scenario(title: string, limits: Limits, act: Act): void {
  const times = runsOf(title, limits.repeat);
  if (times === 0) return;
  it(title, async function () {
    this.timeout(TEST_MS * Math.max(1, times) + SETTLE_MS);
    await Promise.allSettled(together);
    await timed(title, act, times);
  });
}

/** A scenario that minds its own business: all of them run at the same time, from when the first one is awaited. */
export function scenarioBesideOthers(title: string, act: Act): void {
  const times = runsOf(title);
  if (times === 0) return;
  let running: Promise<void> | undefined;
  before(() => {
    running = timed(title, act, times);
    // Awaited by its test; until then a failure is nobody's surprise.
    running.catch(() => undefined);
    together.push(running);
  });
  it(title, async function () {
    this.timeout(TEST_MS * Math.max(1, times) + SETTLE_MS);
    await running;
  });
}

async function timed(title: string, act: Act, times: number): Promise<void> {
  const installation = await installed();
  const started = performance.now();
  const outcome = await act(installation, times);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const told = typeof outcome === 'object' ? describeVerdict(outcome) : outcome;
  console.log(`${seconds.padStart(8)} s  ${title}${told === undefined ? '' : `: ${told}`}`);
}
