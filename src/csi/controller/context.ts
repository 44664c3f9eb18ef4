import type { Clusters } from '../../volumes/clusters.ts';
import {
  formatHandle,
  formatSnapshotHandle,
  type SnapshotHandle,
  type VolumeHandle,
} from '../../volumes/ids.ts';

/** What the controller's methods work with. */
export interface ControllerContext {
  readonly clusters: Clusters;
  /** The driver's name: our mark on volumes. */
  readonly owner: string;
}

/** The lock of a volume, for everything that changes it: its create and its delete exclude each other. */
export function volumeKey({ cluster, name }: Omit<VolumeHandle, 'kind'>): string {
  return `volume/${formatHandle({ kind: 'volume', cluster, name })}`;
}

/** The lock of a snapshot, or of a group of them. */
export function snapshotKey({ kind, cluster, name }: SnapshotHandle): string {
  return `snapshot/${formatSnapshotHandle({ kind, cluster, name })}`;
}
