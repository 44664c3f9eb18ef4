import { isVolumeName } from '../volumes/ids.ts';
import type { Layout, Volume } from '../volumes/spec.ts';
import type { VolumeInfo } from './wire.ts';

/** The volume that a reply tells of. Undefined when it has a name that no volume of ours can have. */
export function toVolume(info: VolumeInfo): Volume | undefined {
  if (!isVolumeName(info.name)) return undefined;
  return {
    name: info.name,
    capacityBytes: info.capacity,
    state: info.state,
    layout: toLayout(info),
    metadata: toOwnMetadata(info.metadata),
  };
}

/** A replica count above 3 (foreign volumes only) reads as 3: what we make has 2 or 3. */
function toLayout(info: VolumeInfo): Layout {
  const distribute = Math.max(1, info['distribute-count']);
  if (info.type === 'Disperse' || info.type === 'Distributed-Disperse') {
    const redundancy = info['disperse-redundancy-count'] ?? 0;
    const data = info['disperse-data-count'] ?? (info['disperse-count'] ?? 0) - redundancy;
    return { kind: 'disperse', data, redundancy, distribute };
  }
  if (hasArbiter(info)) return { kind: 'arbiter', distribute };
  if (info['replica-count'] > 1) {
    return { kind: 'replica', copies: info['replica-count'] === 2 ? 2 : 3, distribute };
  }
  // A volume of named bricks has them all in one subvolume.
  const bricks = info.subvols.reduce((sum, subvol) => sum + subvol.bricks.length, 0);
  return { kind: 'plain', distribute: Math.max(distribute, bricks) };
}

/** By size: replica 2 and arbiter 1; of named bricks: replica 3 and arbiter 1. Some replies count it in the subvolume only. */
function hasArbiter(info: VolumeInfo): boolean {
  if ((info['arbiter-count'] ?? 0) > 0) return true;
  return info.subvols.some(
    (subvol) => subvol['arbiter-count'] > 0 || subvol.bricks.some((brick) => brick.type === 'Arbiter'),
  );
}

/** Keys that begin with an underscore are the server's. */
function toOwnMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !key.startsWith('_')));
}
