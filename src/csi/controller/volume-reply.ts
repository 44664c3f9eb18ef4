import type { Volume } from '../../grpc/generated/csi/v1/Volume.ts';
import {
  type ClusterName,
  type DirectoryPath,
  formatHandle,
  type Handle,
  type ViewId,
  type VolumeName,
} from '../../volumes/ids.ts';
import { toContentSource } from './content-source.ts';

export interface ToldVolume {
  readonly cluster: ClusterName;
  readonly name: VolumeName;
  /** Of a directory: where it lies in the volume. */
  readonly directory?: DirectoryPath;
  /** Of a view: which one of its volume. */
  readonly view?: ViewId | undefined;
  readonly capacityBytes: bigint | undefined;
  /** What it was made from, as a handle. */
  readonly source?: string | undefined;
}

/**
 * A volume as the CO is told of it. Its context is empty, since a PersistentVolume keeps it for ever: where the
 * cluster's servers are is for the node's configuration to say. A capacity of 0 means unknown.
 */
export function toVolumeReply(volume: ToldVolume): Volume {
  return {
    volumeId: formatHandle(toHandle(volume)),
    capacityBytes: String(volume.capacityBytes ?? 0n),
    volumeContext: {},
    contentSource: toContentSource(volume.source),
  };
}

function toHandle({ cluster, name, directory, view }: ToldVolume): Handle {
  if (view !== undefined) return { kind: 'view', cluster, name, view };
  if (directory !== undefined) return { kind: 'subvol', cluster, name, directory };
  return { kind: 'volume', cluster, name };
}
