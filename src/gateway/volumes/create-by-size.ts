import { type Call, detached } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { type BrickLayout, toGlusterCounts } from '../brick-layout.ts';
import type { CapacityQuestion } from '../capacity.ts';
import type { GlusterBrick, GlusterVolume } from '../gluster-cli/gluster.ts';
import { onAll } from '../peers/on-all.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { formatRecord } from '../volume-record.ts';
import { afterMutation } from './after-mutation.ts';
import { clearName } from './clear-name.ts';
import { demolish } from './demolish.ts';
import { eventData, type VolumeDeps, volumeKey } from './deps.ts';
import { requireNoSnapshotOrUndo } from './one-name-space.ts';
import { ownOptions } from './own-options.ts';
import { type ReservedBrick, reserveBricks, undoReserved } from './reserve-bricks.ts';
import { serversOf } from './survey.ts';

export interface SizedVolume {
  readonly name: string;
  readonly size: bigint;
  readonly question: CapacityQuestion;
  /** Classic names, checked. */
  readonly options: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const UNDO_MS = 90_000;

/**
 * Makes a volume of the size: bricks on chosen devices, the volume, its options and record. Not started. Throws
 * `conflict` when the name is taken, `exhausted`, `unreachable` (too few servers up), `busy` (another gateway is
 * at it), `invalid` (gluster refuses an option); all with nothing left. `uncertain` when the undo failed too: the
 * retry of the same name cleans up.
 */
export async function createBySize(
  deps: VolumeDeps,
  wanted: SizedVolume,
  call: Call,
): Promise<GlusterVolume> {
  using _lock = deps.locks.acquire(volumeKey(wanted.name));
  const record = recordOf(wanted);
  const survey = await clearName(deps, wanted.name, call);
  using held = deps.tokens.begin(await deps.pool.selfId(call));
  const reservation = { name: wanted.name, size: wanted.size, question: wanted.question, token: held.token };
  const bricks = await reserveBricks(reservation, survey, call);
  await requireNoSnapshotOrUndo(deps, { ...reservation, bricks }, call);
  const options = { ...wanted.options, ...ownOptions(deps, record) };
  const building = { deps, wanted, bricks, options, record, token: held.token };
  const volume = await buildVolume(building, call);
  deps.notify('volume.created', eventData(volume));
  return volume;
}

export interface Building {
  readonly deps: VolumeDeps;
  readonly wanted: SizedVolume;
  readonly bricks: readonly ReservedBrick[];
  readonly options: Readonly<Record<string, string>>;
  /** The text of the volume's record. */
  readonly record: string;
  readonly token: string;
}

/** The critical path: one create, one set, then `used` everywhere before anything may be written. */
export async function buildVolume(building: Building, call: Call): Promise<GlusterVolume> {
  const { deps, wanted, options, record, token, bricks } = building;
  try {
    const id = await deps.gluster.create(toCreate(building), call);
    await deps.gluster.set(wanted.name, options, call);
    await onAll(serversOf(bricks), (server) => server.use(wanted.name, token, record, call));
    return toVolume(building, id);
  } catch (error) {
    throw await undo(building, error, call);
  }
}

/** What to throw after the undo: the reason, when nothing is left, else `uncertain`. */
async function undo(building: Building, error: unknown, call: Call): Promise<unknown> {
  const { deps, wanted, bricks, token } = building;
  const fresh = detached(call, UNDO_MS);
  const servers = serversOf(bricks);
  try {
    const volume = await deps.gluster.volume(wanted.name, fresh);
    if (volume !== undefined && (await isOurs(building, volume, fresh)))
      await demolish(deps.gluster, wanted.name, servers, fresh);
    else if (!(await undoReserved({ name: wanted.name, token }, servers, fresh))) {
      return afterMutation(error, `volume ${wanted.name}`);
    }
  } catch {
    return afterMutation(error, `volume ${wanted.name}`);
  }
  return afterUndo(error, wanted.name);
}

/** A name that was free and then was not, bricks that somebody undid: another gateway was faster, ask again. */
function afterUndo(error: unknown, name: string): unknown {
  if (isFault(error, 'conflict', 'not-found')) {
    return new Fault('busy', `another gateway is working on volume ${name}; retry`, { cause: error });
  }
  if (isFault(error, 'uncertain')) return new Fault('unreachable', error.message, { cause: error });
  return error;
}

/**
 * Is it the volume that this request made? Paths do not tell: when this request was held up for long, another
 * one may have undone its bricks and made the same ones anew. Their tokens do. Throws when a server does not answer.
 */
async function isOurs({ bricks, token }: Building, volume: GlusterVolume, call: Call): Promise<boolean> {
  const reports = await Promise.all(serversOf(bricks).map((server) => server.report(volume.name, call)));
  const own = new Set(
    reports.flatMap(({ peerId, bricks: kept }) =>
      kept.filter((brick) => brick.token === token).map(({ path }) => `${peerId}:${path}`),
    ),
  );
  return volume.bricks.every(({ peerId, path }) => own.has(`${peerId}:${path}`));
}

/** Directory bricks may lie on a server's root file system, which gluster takes by force only. */
function toCreate({ wanted, bricks }: Building) {
  return {
    name: wanted.name,
    ...toGlusterCounts(wanted.question.layout),
    bricks: bricks.map(({ server, path }) => ({ host: server.host, path })),
    force: wanted.question.provisioner === 'directory',
  };
}

/** The text of the new volume's record. */
export function recordOf({ size, metadata, question }: Omit<SizedVolume, 'name' | 'options'>): string {
  return formatRecord({ capacity: size, provisioner: question.provisioner, metadata });
}

/** What `volume info` would say, without asking. */
function toVolume(building: Building, id: string): GlusterVolume {
  const { wanted, options, bricks } = building;
  const { layout } = wanted.question;
  const counts = toGlusterCounts(layout);
  return {
    id,
    name: wanted.name,
    state: 'Created',
    distributeCount: layout.subvols,
    replicaCount: Math.max(counts.replica, 1),
    arbiterCount: counts.arbiter,
    disperseCount: counts.disperse,
    redundancyCount: counts.redundancy,
    transport: 'tcp',
    bricks: bricks.map(({ server, path }, index) => toBrick(server, path, isArbiter(layout, index))),
    options,
    snapshotCount: 0,
  };
}

function toBrick(server: StorageServer, path: string, arbiter: boolean): GlusterBrick {
  return { host: server.host, path, peerId: server.peerId, arbiter };
}

function isArbiter(layout: BrickLayout, index: number): boolean {
  return layout.arbiter && index % layout.perSet === layout.perSet - 1;
}
