import type { Call } from '../../control/call.ts';
import { Fault, invalid } from '../../control/fault.ts';
import { layoutOf, toGlusterCounts } from '../brick-layout.ts';
import { isPathOf } from '../bricks/brick-record.ts';
import type { SnapshotFacts, SnapshotGroupFacts, SnapshotMember } from '../bricks/snapshot-store.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { getRecord } from '../volume-record.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { getVolume } from '../volumes/get-volume.ts';
import { withRecord } from '../volumes/restore-record.ts';
import { requireNoneMoving } from './moving-files.ts';
import { withoutNoting } from './noting-options.ts';
import { hasQuorum } from './quorum.ts';

export interface WantedSnapshot {
  readonly volume: string;
  readonly snapshot: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PlannedSnapshot {
  readonly facts: SnapshotFacts;
  readonly volume: GlusterVolume;
  /** Ids of those of its tasks that moved files and had ended. */
  readonly ended: readonly string[];
}

/**
 * What a snapshot of the volume would be: which bricks it has, and what is said of them. Throws `not-found`,
 * `wrong-state` (a volume without images of its own, or whose files are being moved), `unreachable` (too many bricks
 * are down).
 */
export async function planSnapshot(
  deps: VolumeDeps,
  wanted: WantedSnapshot,
  group: SnapshotGroupFacts | undefined,
  call: Call,
): Promise<PlannedSnapshot> {
  const volume = await withRecord(deps, await getVolume(deps.gluster, wanted.volume, call), call);
  const { capacity, provisioner } = requireImages(volume);
  const layout = layoutOf(volume);
  const { description, metadata } = wanted;
  const counts = { ...toGlusterCounts(layout), subvols: layout.subvols };
  const members = await membersOf(deps, volume, call);
  const facts = {
    snapshot: wanted.snapshot,
    volume: volume.name,
    volumeId: volume.id,
    capacity,
    provisioner,
    counts,
    options: withoutNoting(volume),
    metadata,
    description,
    group,
    members,
  };
  requireQuorum(volume, facts);
  return { facts, volume, ended: await requireNoneMoving(deps, volume, call) };
}

/** The volume's size, and what its bricks are. */
function requireImages(volume: GlusterVolume): Required<Pick<SnapshotFacts, 'capacity' | 'provisioner'>> {
  const { capacity, provisioner } = getRecord(volume);
  if (
    (provisioner === 'loop' || provisioner === 'lvm') &&
    capacity !== undefined &&
    volume.bricks.every(({ path }) => isPathOf(path, volume.name))
  )
    return { capacity, provisioner };
  throw new Fault(
    'wrong-state',
    `volume ${volume.name} has bricks that are neither images nor thin volumes (${provisioner ?? 'named by a client'}), of which no snapshot can be taken; make volumes with provisioner loop or lvm`,
  );
}

async function membersOf(
  deps: VolumeDeps,
  volume: GlusterVolume,
  call: Call,
): Promise<readonly SnapshotMember[]> {
  deps.pool.forget();
  const servers = await deps.pool.servers(call);
  const status = volume.state === 'Started' ? await deps.gluster.status(volume.name, call) : undefined;
  const { perSet } = layoutOf(volume);
  return volume.bricks.map(({ peerId, path }, index) => {
    const isServed = status?.some((one) => one.peerId === peerId && one.path === path && one.online) ?? true;
    return {
      subvol: Math.floor(index / perSet),
      brick: index % perSet,
      peerId,
      isPresent: isServed && isUp(servers, peerId),
    };
  });
}

function isUp(servers: readonly StorageServer[], peerId: string): boolean {
  return servers.find((server) => server.peerId === peerId)?.isConnected === true;
}

function requireQuorum(volume: GlusterVolume, facts: SnapshotFacts): void {
  if (hasQuorum(facts, ({ isPresent }) => isPresent)) return;
  const down = volume.bricks.filter((_, index) => facts.members[index]?.isPresent !== true);
  throw new Fault(
    'unreachable',
    `too many bricks of volume ${volume.name} are down: ${down.map(({ host, path }) => `${host}:${path}`).join(', ')}; start them and retry`,
  );
}

/** Throws `invalid` for two members of one volume or name. */
export function requireDistinct(members: readonly WantedSnapshot[]): void {
  for (const key of ['volume', 'snapshot'] as const) {
    if (new Set(members.map((member) => member[key])).size !== members.length)
      throw invalid('members', `a ${key} is named twice`);
  }
}
