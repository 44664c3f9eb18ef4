import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { isOpenOption } from '../volume-options.ts';
import { readRecord } from '../volume-record.ts';
import { clearName } from '../volumes/clear-name.ts';
import { buildVolume, recordOf } from '../volumes/create-by-size.ts';
import { eventData, type VolumeDeps, volumeKey } from '../volumes/deps.ts';
import { requireNoSnapshotOrUndo } from '../volumes/one-name-space.ts';
import { ownOptions } from '../volumes/own-options.ts';
import { withRecord } from '../volumes/restore-record.ts';
import { keptBricks, requireServers, surveyServers } from '../volumes/survey.ts';
import { toLayout } from './clone-layout.ts';
import { COMPLETE, HEALING, ORIGIN } from './clone-metadata.ts';
import { glusterNameOf, isGlusters } from './gluster-snapshot.ts';
import { healClone } from './heal-clone.ts';
import { healedOptions, healingOptions } from './healing-options.ts';
import { reserveCopies } from './reserve-copies.ts';
import { getSnapshot, type SnapshotView } from './snapshot-view.ts';

export interface WantedClone {
  readonly name: string;
  /** Bytes; undefined: the snapshot's capacity. */
  readonly size: bigint | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Makes a volume of a snapshot, started and healed. Found half-way it goes on, whole it is success. Throws `not-found`
 * for the snapshot, `conflict` when another volume has the name, `out-of-range` below the snapshot's capacity,
 * `exhausted`, `unreachable`, and `busy` while it heals.
 */
export async function cloneSnapshot(
  deps: VolumeDeps,
  snapshot: string,
  wanted: WantedClone,
  call: Call,
): Promise<GlusterVolume> {
  using _lock = deps.locks.acquire(volumeKey(wanted.name));
  const found = await deps.gluster.volume(wanted.name, call);
  const existing = found === undefined ? undefined : await withRecord(deps, found, call);
  if (existing !== undefined && existing.state !== 'Created') {
    requireSame(existing, snapshot, wanted);
    return healClone(deps, existing, call);
  }
  const view = await getSnapshot(deps, snapshot, call);
  requirePossible(view, wanted);
  const isWhole = existing !== undefined && (await isInUse(deps, existing, call));
  const volume = isWhole ? existing : await make(deps, view, wanted, call);
  requireSame(volume, snapshot, wanted);
  return healClone(deps, volume, call);
}

/** True when its create had ended: all its bricks are `used`. A half-made one is cleared away. */
async function isInUse(deps: VolumeDeps, volume: GlusterVolume, call: Call): Promise<boolean> {
  const survey = await surveyServers(deps.pool, volume.name, call);
  requireServers(survey, volume);
  const listed = keptBricks(survey, volume).filter(({ isListed }) => isListed);
  return listed.length === volume.bricks.length && listed.every(({ brick }) => brick.state === 'used');
}

function requireSame(volume: GlusterVolume, snapshot: string, { size }: WantedClone): void {
  const record = readRecord(volume);
  const isSame = record?.metadata[ORIGIN] === snapshot && (size === undefined || record.capacity === size);
  if (!isSame) throw new Fault('conflict', 'volume already exists');
}

function requirePossible({ name, facts, missing, isReady }: SnapshotView, { size }: WantedClone): void {
  if (missing.length > 0)
    throw new Fault(
      'unreachable',
      `a clone of snapshot ${name} has bricks on servers that do not answer: ${missing.join(', ')}; start them and retry`,
    );
  if (!isReady)
    throw new Fault(
      'unreachable',
      `snapshot ${name} has lost too many of its bricks: servers have no part of it, or cannot read it (see their logs)`,
    );
  if (size !== undefined && size < facts.capacity)
    throw new Fault('out-of-range', `snapshot ${name} holds ${facts.capacity} bytes; give at least as many`);
}

async function make(
  deps: VolumeDeps,
  view: SnapshotView,
  wanted: WantedClone,
  call: Call,
): Promise<GlusterVolume> {
  const survey = await clearName(deps, wanted.name, call);
  const layout = toLayout(view.facts.counts);
  const size = wanted.size ?? view.facts.capacity;
  const chosen = chosenOptions(view, wanted);
  const after = JSON.stringify(healedOptions(layout.kind, chosen));
  const isComplete = view.parts.length === view.facts.members.length;
  const healing = { [HEALING]: after, ...(isComplete ? { [COMPLETE]: 'true' } : {}) };
  const metadata = { ...wanted.metadata, [ORIGIN]: view.name, ...healing };
  const limits = { peers: [], zones: [], excludePeers: [], excludeZones: [] };
  const question = {
    layout,
    provisioner: view.facts.provisioner ?? ('loop' as const),
    limits,
    accountOf: deps.accountOf,
  };
  const record = recordOf({ size, question, metadata });
  using held = deps.tokens.begin(await deps.pool.selfId(call));
  const glusterName = isGlusters(view.facts) ? await glusterNameOf(deps, view.facts, call) : undefined;
  const copies = { name: wanted.name, size, layout, view, token: held.token, glusterName };
  const bricks = await reserveCopies(copies, survey, call);
  await requireNoSnapshotOrUndo(deps, { ...copies, bricks }, call);
  checkpoint(call);
  const options = { ...chosen, ...healingOptions(layout.kind), ...ownOptions(deps, record) };
  const volume = await buildVolume(
    {
      deps,
      wanted: { name: wanted.name, size, question, options, metadata },
      bricks,
      options,
      record,
      token: held.token,
    },
    call,
  );
  deps.notify('volume.created', eventData(volume));
  return volume;
}

/** The source's options that a request may set, with those of this one. */
function chosenOptions({ facts }: SnapshotView, { options }: WantedClone): Readonly<Record<string, string>> {
  const own = Object.entries(facts.options).filter(([name]) => isOpenOption(name));
  return { ...Object.fromEntries(own), ...options };
}
