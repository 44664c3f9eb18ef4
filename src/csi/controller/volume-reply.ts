import type { Volume } from '../../grpc/generated/csi/v1/Volume.ts';
import { type ClusterName, type DirectoryPath, formatHandle, type VolumeName } from '../../volumes/ids.ts';
import { toContentSource } from './content-source.ts';

export interface ToldVolume {
  readonly cluster: ClusterName;
  readonly name: VolumeName;
  /** Of a directory: where it lies in the volume. */
  readonly directory?: DirectoryPath;
  readonly capacityBytes: bigint | undefined;
  /** What it was made from, as a handle. */
  readonly source?: string | undefined;
}

/**
 * A volume as the CO is told of it. Its context is empty, since a PersistentVolume keeps it for ever: where the
 * cluster's servers are is for the node's configuration to say. A capacity of 0 means unknown.
 */
export function toVolumeReply({ cluster, name, directory, capacityBytes, source }: ToldVolume): Volume {
  return {
    volumeId: formatHandle(
      directory === undefined
        ? { kind: 'volume', cluster, name }
        : { kind: 'subvol', cluster, name, directory },
    ),
    capacityBytes: String(capacityBytes ?? 0n),
    volumeContext: {},
    contentSource: toContentSource(source),
  };
}
