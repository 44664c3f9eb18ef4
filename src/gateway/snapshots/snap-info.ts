import type { SnapGroupWire, SnapInfoWire, SnapListWire } from '../../glusterd2/snapshot-wire.ts';
import { brickPath } from '../bricks/brick-record.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { hashId } from '../hash-id.ts';
import { toVolumeInfo } from '../volume-info.ts';
import { formatRecord, RECORD_OPTION } from '../volume-record.ts';
import type { SnapshotView } from './snapshot-view.ts';

/** A snapshot in glusterd2's words. It can always be cloned, so it is told of as an active one. */
export function toSnapInfo(view: SnapshotView): SnapInfoWire {
  const { facts, createdAt, isReady } = view;
  return {
    snapinfo: toVolumeInfo(asVolume(view)),
    parentname: facts.volume,
    description: facts.description,
    'created-at': new Date(createdAt).toISOString(),
    capacity: Number(facts.capacity),
    ready: isReady,
    'snapshot-size': Number(view.parts.reduce((sum, { stored }) => sum + stored.accountBytes, 0n)),
    metadata: { ...facts.metadata },
    ...(facts.group === undefined ? {} : { group: facts.group.name }),
  };
}

export function toSnapList(views: readonly SnapshotView[]): SnapListWire {
  const parents = [...new Set(views.map(({ facts }) => facts.volume))];
  return parents.map((parentname) => ({
    parentname,
    snaps: views.filter(({ facts }) => facts.volume === parentname).map(toSnapInfo),
  }));
}

/** Of the members, of which there is at least one; all know how many they were. */
export function toSnapGroup(name: string, views: readonly SnapshotView[]): SnapGroupWire {
  const [first] = views;
  const size = first?.facts.group?.size ?? views.length;
  return {
    name,
    'created-at': new Date(first?.createdAt ?? 0).toISOString(),
    ready: views.length === size && views.every(({ isReady }) => isReady),
    size,
    metadata: { ...first?.facts.group?.metadata },
    members: views.map(toSnapInfo),
  };
}

/** The source as it was. */
function asVolume({ name, facts, parts }: SnapshotView): GlusterVolume {
  const { counts, members, metadata, capacity } = facts;
  const record = formatRecord({ capacity, provisioner: facts.provisioner ?? 'loop', metadata });
  return {
    id: hashId(`snapshot ${facts.volumeId} ${name}`),
    name,
    state: 'Started',
    distributeCount: counts.subvols,
    replicaCount: Math.max(counts.replica, 1),
    arbiterCount: counts.arbiter,
    disperseCount: counts.disperse,
    redundancyCount: counts.redundancy,
    transport: 'tcp',
    bricks: members.map(({ subvol, brick, peerId }) => {
      const part = parts.find(({ stored }) => stored.subvol === subvol && stored.brick === brick);
      const path =
        part === undefined ? '' : brickPath(part.stored.device, { volume: facts.volume, subvol, brick });
      return {
        host: part?.server.host ?? '',
        path,
        peerId,
        arbiter: counts.arbiter === 1 && brick === counts.replica - 1,
      };
    }),
    options: { ...facts.options, [RECORD_OPTION]: record },
    snapshotCount: 0,
  };
}
