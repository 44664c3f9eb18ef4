import type { BrickInfo, VolumeInfoWire } from '../glusterd2/wire.ts';
import { type BrickLayout, layoutOf } from './brick-layout.ts';
import type { GlusterVolume } from './gluster-cli/gluster.ts';
import { hashId } from './hash-id.ts';
import { RECORD_OPTION, readRecord } from './volume-record.ts';

/** A volume in glusterd2's words. */
export function toVolumeInfo(volume: GlusterVolume): VolumeInfoWire {
  const layout = layoutOf(volume);
  const record = readRecord(volume);
  return {
    id: volume.id,
    name: volume.name,
    type: toVolumeType(layout),
    transport: volume.transport,
    'distribute-count': layout.subvols,
    'replica-count': copiesOf(layout),
    ...(layout.arbiter ? { 'arbiter-count': 1 } : {}),
    ...disperseCounts(layout),
    options: visibleOptions(volume),
    state: volume.state,
    subvols: toSubvols(volume, layout),
    metadata: { ...record?.metadata },
    'snap-list': [],
    ...(record?.capacity === undefined ? {} : { capacity: Number(record.capacity) }),
  };
}

/** The volume's bricks in its own order. */
export function toBrickInfos(volume: GlusterVolume): readonly BrickInfo[] {
  return volume.bricks.map((brick, index) => ({
    // Gluster gives bricks no ids.
    id: hashId(`${volume.id}:${index}`),
    path: brick.path,
    'volume-id': volume.id,
    'volume-name': volume.name,
    'peer-id': brick.peerId,
    host: brick.host,
    type: brick.arbiter ? 'Arbiter' : 'Brick',
  }));
}

function toSubvols(volume: GlusterVolume, layout: BrickLayout): VolumeInfoWire['subvols'] {
  const bricks = toBrickInfos(volume);
  return Array.from({ length: layout.subvols }, (_, index) => ({
    name: `${volume.name}-${layout.kind === 'plain' ? 'distribute' : layout.kind === 'replica' ? 'replicate' : 'disperse'}-${index}`,
    type: toSubvolType(layout),
    bricks: bricks.slice(index * layout.perSet, (index + 1) * layout.perSet),
    'replica-count': copiesOf(layout),
    'arbiter-count': layout.arbiter ? 1 : 0,
    ...disperseCounts(layout),
  }));
}

function toVolumeType(layout: BrickLayout): VolumeInfoWire['type'] {
  if (layout.kind === 'plain') return 'Distribute';
  const type = layout.kind === 'replica' ? 'Replicate' : 'Disperse';
  return layout.subvols > 1 ? `Distributed-${type}` : type;
}

function toSubvolType(layout: BrickLayout): 'Distribute' | 'Replicate' | 'Disperse' {
  if (layout.kind === 'plain') return 'Distribute';
  return layout.kind === 'replica' ? 'Replicate' : 'Disperse';
}

/** glusterd2 counts copies of the data; the arbiter is counted beside them. */
function copiesOf(layout: BrickLayout): number {
  if (layout.kind !== 'replica') return 1;
  return layout.arbiter ? layout.perSet - 1 : layout.perSet;
}

function disperseCounts(layout: BrickLayout) {
  if (layout.kind !== 'disperse') return {};
  return {
    'disperse-count': layout.perSet,
    'disperse-data-count': layout.data,
    'disperse-redundancy-count': layout.perSet - layout.data,
  };
}

/** Our record is told as metadata and capacity, not as an option. */
function visibleOptions(volume: GlusterVolume): Record<string, string> {
  return Object.fromEntries(Object.entries(volume.options).filter(([name]) => name !== RECORD_OPTION));
}
