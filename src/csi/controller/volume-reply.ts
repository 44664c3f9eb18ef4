import type { Volume } from '../../grpc/generated/csi/v1/Volume.ts';
import { type ClusterName, formatHandle, type VolumeName } from '../../volumes/ids.ts';

export interface ToldVolume {
  readonly cluster: ClusterName;
  readonly name: VolumeName;
  readonly capacityBytes: bigint | undefined;
}

/**
 * A volume as the CO is told of it. Its context is empty, since a PersistentVolume keeps it for ever: where the
 * cluster's servers are is for the node's configuration to say. A capacity of 0 means unknown.
 */
export function toVolumeReply({ cluster, name, capacityBytes }: ToldVolume): Volume {
  return {
    volumeId: formatHandle({ kind: 'volume', cluster, name }),
    capacityBytes: String(capacityBytes ?? 0n),
    volumeContext: {},
  };
}
