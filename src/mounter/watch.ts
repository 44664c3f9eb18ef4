import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../control/call.ts';
import { Semaphore } from '../control/semaphore.ts';
import { log } from '../telemetry/log.ts';
import { Backoff } from './backoff.ts';
import type { MounterContext } from './context.ts';
import { type Client, look } from './look.ts';
import { isDead, isOld, planTasks, type Task } from './plan.ts';
import { releaseClients } from './release-clients.ts';
import { replaceClient } from './replace-client.ts';
import type { Reason } from './report.ts';

const EVERY_MS = 2_000;
const RELEASE_EVERY_MS = 30_000;
const AT_ONCE = 4;
const FIRST_PAUSE_MS = 1_000;
/** A dead client is an outage; an old one can wait. */
const MOST_PAUSE_MS: Readonly<Record<Reason, number>> = { dead: 30_000, old: 300_000 };
/** Between two live swaps: no herd of new clients at the servers. */
const SWAP_PAUSE_MS = 1_000;

export interface Watch {
  /** Milliseconds since it last looked at the clients. */
  ageMs(): number;
  /** One look, and the start of what it shows to be due. Called every two seconds once it is started. */
  round(): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
  /** Looks no more, cancels what is under way and waits for it. What is half done is found again at the next start. */
  stop(): Promise<void>;
  start(): void;
}

/** Milliseconds, from any point on. */
type Clock = () => number;

/** Looks after the clients: replaces the dead ones at once, the old ones in turn, and releases those unused. */
export function createWatch(context: MounterContext, now: Clock = () => performance.now()): Watch {
  const ended = new AbortController();
  const call: Call = { id: 'watch', signal: ended.signal };
  const work = new Work(context, call, now);
  let lookedAt = now();
  let releasedAt = Number.NEGATIVE_INFINITY;
  const round = async () => {
    if (now() - releasedAt >= RELEASE_EVERY_MS) {
      releasedAt = now();
      await releaseClients(context, call);
    }
    const clients = await look(context.machine);
    lookedAt = now();
    await compareRelease(context, clients);
    work.begin(planTasks(clients, context.clientId));
  };
  const loop = async () => {
    while (!ended.signal.aborted) {
      await round().catch((error: unknown) => {
        if (!ended.signal.aborted) log.error({ err: error }, 'the clients cannot be looked after');
      });
      await sleep(EVERY_MS, undefined, { signal: ended.signal }).catch(() => {});
    }
  };
  let looping: Promise<void> | undefined;
  return {
    ageMs: () => now() - lookedAt,
    round,
    settled: () => work.settled(),
    start() {
      looping ??= loop();
    },
    async stop() {
      ended.abort(new DOMException('the mounter stops', 'AbortError'));
      await Promise.all([looping, work.settled()]);
    },
  };
}

/** What is under way, by client. */
class Work {
  readonly #context: MounterContext;
  readonly #call: Call;
  readonly #now: Clock;
  readonly #running = new Map<string, Promise<void>>();
  readonly #permits = new Semaphore(AT_ONCE);
  readonly #backoff = new Backoff(FIRST_PAUSE_MS);
  #nextSwap = 0;
  #isSwapping = false;

  constructor(context: MounterContext, call: Call, now: Clock) {
    this.#context = context;
    this.#call = call;
    this.#now = now;
  }

  begin(tasks: readonly Task[]): void {
    const now = this.#now();
    this.#backoff.keep(new Set(tasks.map(({ client }) => client.id)));
    for (const task of tasks.filter(({ client: { id } }) => this.#isDue(id, now))) {
      if (task.reason === 'dead') this.#run(task);
      else if (!this.#isSwapping && this.#running.size === 0 && now >= this.#nextSwap) this.#swap(task);
    }
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #isDue(id: string, now: number): boolean {
    return !this.#running.has(id) && this.#backoff.isDue(id, now);
  }

  /** One at a time, and none while a dead one is replaced. */
  #swap(task: Task): void {
    this.#isSwapping = true;
    this.#run(task, () => {
      this.#isSwapping = false;
      this.#nextSwap = this.#now() + SWAP_PAUSE_MS;
    });
  }

  #run(task: Task, after: () => void = () => {}): void {
    const { id } = task.client;
    const done = this.#permits
      .run(this.#call.signal, () => this.#attempt(task))
      .catch(() => {})
      .finally(() => {
        this.#running.delete(id);
        after();
      });
    this.#running.set(id, done);
  }

  async #attempt(task: Task): Promise<void> {
    const { client, reason } = task;
    try {
      const outcome = await replaceClient(this.#context, task, this.#call);
      if (outcome === 'done') return this.#backoff.succeeded(client.id);
    } catch (error) {
      if (this.#call.signal.aborted) return;
      this.#context.report.failed({ volume: client.record?.volume ?? '', reason, error });
    }
    this.#backoff.failed(client.id, this.#now(), MOST_PAUSE_MS[reason]);
  }
}

/** Counts the clients by the newest release, and tells when that is not this mounter's. */
async function compareRelease(context: MounterContext, clients: readonly Client[]): Promise<void> {
  const { clientId, report } = context;
  const newest = (await context.newestClientId?.()) ?? clientId;
  report.counted(countOf(clients, newest));
  if (newest === clientId) return;
  const old = clients.filter((client) => isOld(client, newest));
  const volumes = [...new Set(old.map(({ record }) => record?.volume ?? ''))].sort();
  if (volumes.length > 0) report.outdated({ volumes, clientId, newest });
}

function countOf(clients: readonly Client[], clientId: string) {
  const there = clients.filter(({ device }) => device !== undefined);
  return {
    live: there.filter((client) => !isDead(client)).length,
    dead: there.filter(isDead).length,
    old: there.filter((client) => isOld(client, clientId)).length,
  };
}
