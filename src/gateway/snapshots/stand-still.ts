import { type Call, detached } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { limitTime } from '../../control/limit-time.ts';
import { log } from '../../telemetry/log.ts';
import type { SnapshotFacts } from '../bricks/snapshot-store.ts';
import { attemptOnAll, named, onAll } from '../peers/on-all.ts';
import type { StorageServer } from '../peers/storage-server.ts';

/** The watchdogs thaw after this; bricks end themselves when a health check waits for 20 s. */
const FREEZE_SECONDS = 4;
/** To write what is dirty and then freeze. */
const FREEZE_MS = 30_000;
const TAKE_MS = 10_000;
const FORGET_MS = 30_000;

export interface StandStill {
  readonly token: string;
  readonly snapshots: readonly SnapshotFacts[];
  /** Those with bricks that the snapshots have. */
  readonly servers: readonly StorageServer[];
  /** Asked once the snapshots' names are written down, before anything is frozen; what it throws ends the snapshot. */
  readonly check: (call: Call) => Promise<void>;
  /** Asked once all have thawed; what it throws ends the snapshot. */
  readonly confirm: (call: Call) => Promise<void>;
}

/**
 * Takes the images of all bricks while all stand still, and resolves with that moment. When it throws, nothing is
 * frozen and nothing is left (or it is known to be of a dead token): any brick that missed the moment, or did not
 * stand still throughout, is `unreachable`.
 */
export async function standStill(still: StandStill, call: Call): Promise<number> {
  const { token, servers } = still;
  try {
    await onAll(servers, (server) => server.snapshots.prepare(token, requestsOf(still, server), call));
    await still.check(call);
    const begun = performance.now();
    await bounded(call, FREEZE_MS, (inner) =>
      onAll(servers, (server) => server.snapshots.freeze(token, FREEZE_SECONDS, inner)),
    );
    const createdAt = Date.now();
    const frozen = performance.now();
    await bounded(call, TAKE_MS, (inner) => onAll(servers, (server) => server.snapshots.take(token, inner)));
    const taken = performance.now();
    const { done, refused } = await attemptOnAll(servers, (server) => server.snapshots.thaw(token, call));
    logTimes(still, { begun, frozen, taken });
    const [first] = refused;
    if (first !== undefined) throw named(first);
    const broken = done.find(({ result }) => !result);
    if (broken !== undefined) throw missed(broken.server.host);
    await still.confirm(call);
    return createdAt;
  } catch (error) {
    await forget(still, call);
    throw afterForget(error);
  }
}

/** `freezeMs`: until all stood still, with writing what was dirty. `stillMs`: from then until all had thawed. */
function logTimes(
  { snapshots }: StandStill,
  { begun, frozen, taken }: { readonly begun: number; readonly frozen: number; readonly taken: number },
): void {
  const ms = (from: number, to: number) => Math.round(to - from);
  const times = {
    freezeMs: ms(begun, frozen),
    takeMs: ms(frozen, taken),
    stillMs: ms(frozen, performance.now()),
  };
  log.info({ snapshots: snapshots.map(({ snapshot }) => snapshot), ...times }, 'bricks stood still');
}

/** The parts of the snapshots that a server has. */
export function requestsOf({ snapshots }: StandStill, { peerId }: StorageServer) {
  return snapshots
    .map((facts) => ({
      facts,
      bricks: facts.members.filter((member) => member.peerId === peerId && member.isPresent),
    }))
    .filter(({ bricks }) => bricks.length > 0);
}

/** Thaws, first of all. A server that cannot be told thaws by its watchdog; what it keeps is of a dead token. */
export async function forget({ token, servers }: StandStill, call: Call): Promise<void> {
  const fresh = detached(call, FORGET_MS);
  const { refused } = await attemptOnAll(servers, (server) => server.snapshots.forget(token, fresh));
  for (const { server, reason } of refused)
    log.warn({ err: reason, server: server.host }, 'a snapshot that failed is not yet forgotten');
}

function missed(host: string): Fault {
  return new Fault(
    'unreachable',
    `the bricks of server ${host} did not stand still until all were taken (the machine is too busy); retry`,
  );
}

/** Nothing was changed that lasts, so nothing is uncertain. */
function afterForget(error: unknown): unknown {
  if (!isFault(error, 'uncertain', 'timed-out')) return error;
  return new Fault('unreachable', error.message, { cause: error });
}

async function bounded<T>(call: Call, ms: number, work: (inner: Call) => Promise<T>): Promise<T> {
  using limit = limitTime(call.signal, ms);
  return work({ id: call.id, signal: limit.signal });
}
