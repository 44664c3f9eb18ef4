import { Semaphore } from '../../src/control/semaphore.ts';
import './end.ts';
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
/** Scenarios that run at the same time: they mostly wait. */
const SIDE_BY_SIDE = 6;

const beginnings: (() => void)[] = [];
const together: Promise<unknown>[] = [];
const places = new Semaphore(SIDE_BY_SIDE);
const toTheEnd = new AbortController().signal;

/**
 * A scenario that needs the cluster for itself: what it disturbs would disturb the others. It begins after all that
 * run together are over. `act` does it `times` times; it prints its time and what it resolves with.
 */
export function scenario(title: string, limits: Limits, act: Act): void {
  const times = runsOf(title, limits.repeat);
  if (times === 0) return;
  it(title, async function () {
    this.timeout(TEST_MS * Math.max(1, times) + SETTLE_MS);
    beginAll();
    await Promise.allSettled(together);
    await timed(title, act, times);
  });
}

/** A scenario that minds its own business: all such run side by side, whatever file they are in. */
export function scenarioBesideOthers(title: string, act: Act): void {
  const times = runsOf(title);
  if (times === 0) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Awaited by its test; until then a failure is nobody's surprise.
  promise.catch(() => undefined);
  beginnings.push(() => {
    together.push(promise);
    places.run(toTheEnd, () => timed(title, act, times)).then(resolve, reject);
  });
  before(beginAll);
  it(title, async function () {
    this.timeout(TEST_MS * Math.max(1, times) + SETTLE_MS);
    await promise;
  });
}

function beginAll(): void {
  for (const begin of beginnings.splice(0)) begin();
}

async function timed(title: string, act: Act, times: number): Promise<void> {
  const installation = await installed();
  const started = performance.now();
  const outcome = await act(installation, times);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const told = typeof outcome === 'object' ? describeVerdict(outcome) : outcome;
  console.log(`${seconds.padStart(8)} s  ${title}${told === undefined ? '' : `: ${told}`}`);
}
