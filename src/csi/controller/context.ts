import type { Clusters, LocatedView, LocatedVolume } from '../../volumes/clusters.ts';
import {
  formatHandle,
  formatSnapshotHandle,
  type SnapshotHandle,
  type ViewHandle,
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

/** The lock of a view: its create and its delete exclude each other, and not those of others of the same volume. */
export function viewKey({ cluster, view }: Pick<ViewHandle, 'cluster' | 'view'>): string {
  return `view/${cluster}/${view}`;
}

/** The lock of a volume or a view. */
export function deleteKey(located: LocatedVolume | LocatedView): string {
  return located.kind === 'view' ? viewKey(located) : volumeKey(located);
}

/** The lock of a snapshot, or of a group of them. */
export function snapshotKey({ kind, cluster, name }: SnapshotHandle): string {
  return `snapshot/${formatSnapshotHandle({ kind, cluster, name })}`;
}
