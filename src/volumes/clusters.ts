import { Fault, invalid } from '../control/fault.ts';
import type { Backend } from './backend.ts';
import {
  type ClusterName,
  type DirectoryHandle,
  type Handle,
  parseHandle,
  type ViewHandle,
  type VolumeHandle,
} from './ids.ts';
import { describeUnknown } from './unknown-name.ts';

/** The configured clusters, by name. */
export type Clusters = ReadonlyMap<ClusterName, Backend>;

export interface ChosenCluster {
  readonly cluster: ClusterName;
  readonly backend: Backend;
}

/** The cluster that a StorageClass names, which it need not when there is only one. Throws `invalid`. */
export function chooseCluster(clusters: Clusters, name: string | undefined): ChosenCluster {
  const names = [...clusters.keys()];
  const cluster = name === undefined && names.length === 1 ? names[0] : names.find((one) => one === name);
  const backend = cluster === undefined ? undefined : clusters.get(cluster);
  if (cluster === undefined || backend === undefined) throw unknownCluster(name, names);
  return { cluster, backend };
}

function unknownCluster(name: string | undefined, names: readonly string[]): Fault {
  const field = 'parameters.cluster';
  if (name === undefined) return invalid(field, `is missing; name one of ${names.join(', ')}`);
  return invalid(field, `"${name.slice(0, 64)}" ${describeUnknown(name.slice(0, 64), names)}`);
}

export interface LocatedVolume extends VolumeHandle {
  readonly backend: Backend;
}

/** A directory of a volume of a PersistentVolume made by hand. */
export interface LocatedDirectory extends DirectoryHandle {
  readonly backend: Backend;
}

/** A read-only view of a snapshot. */
export interface LocatedView extends ViewHandle {
  readonly backend: Backend;
}

export type Located = LocatedVolume | LocatedDirectory | LocatedView;

/** The volume's cluster. Throws `not-found` for what is no handle of ours or of a cluster that is not configured. */
export function locate(clusters: Clusters, volumeId: string): Located {
  const handle = parseHandle(volumeId);
  if (handle === undefined) {
    throw new Fault('not-found', `volume_id "${volumeId.slice(0, 128)}" is none of this driver's volumes`);
  }
  const backend = clusters.get(handle.cluster);
  if (backend === undefined) throw notConfigured('not-found', handle, clusters);
  return { ...handle, backend };
}

/**
 * The same for a delete, where an id that this driver cannot have given is a volume that is gone: undefined.
 * Throws `wrong-state` when the volume may well exist and only cannot be reached from here: with another
 * configuration, or by a newer version of the driver. Directories are never deleted, nor is anything that was meant
 * for one.
 */
export function locateForDelete(
  clusters: Clusters,
  volumeId: string,
): LocatedVolume | LocatedView | undefined {
  if (volumeId.startsWith('gl1:subvol:')) throw notDeleted(volumeId);
  const handle = parseHandle(volumeId);
  if (handle === undefined || handle.kind === 'subvol') {
    if (!isOfOtherVersion(volumeId)) return undefined;
    throw new Fault(
      'wrong-state',
      `volume_id "${volumeId}" is of another version of this driver; delete it with that`,
    );
  }
  const backend = clusters.get(handle.cluster);
  if (backend === undefined) throw notConfigured('wrong-state', handle, clusters);
  return { ...handle, backend };
}

function notDeleted(volumeId: string): Fault {
  return new Fault(
    'wrong-state',
    `volume_id "${volumeId.slice(0, 128)}" is a directory, which this driver neither made nor deletes; delete it by hand, or keep the PersistentVolume with Retain`,
  );
}

/** A well-formed handle of another version or kind, such as `gl2:volume:a:b` or `gl1:block:a:b`. */
function isOfOtherVersion(volumeId: string): boolean {
  return /^gl\d+:[a-z]+:[a-z0-9-]+:.+$/.test(volumeId) && !/^gl1:(?:volume|view):/.test(volumeId);
}

/** The fault for a handle of a cluster that is not in the configuration. */
export function notConfigured(
  kind: 'not-found' | 'wrong-state',
  { cluster }: Pick<Handle, 'cluster'>,
  clusters: Clusters,
): Fault {
  const names = [...clusters.keys()].join(', ');
  return new Fault(
    kind,
    `cluster "${cluster}" is not configured here (configured: ${names}); add it to the driver's config`,
  );
}
