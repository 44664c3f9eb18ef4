import { csi } from '../../grpc/contract.ts';
import type { _csi_v1_NodeServiceCapability_RPC_Type__Output as Capability } from '../../grpc/generated/csi/v1/NodeServiceCapability.ts';
import { type Service, service } from '../../grpc/service.ts';
import type { Host } from '../../staging/host.ts';
import type { InlineRule } from '../../staging/inline-rules.ts';
import type { NodeCluster } from '../../staging/node-volume.ts';
import { identityService, type Plugin } from '../identity/identity-service.ts';
import type { NodeContext } from './context.ts';
import { expandVolumeMethod } from './expand-volume.ts';
import { getVolumeStatsMethod } from './get-volume-stats.ts';
import { publishVolumeMethod } from './publish-volume.ts';
import { stageVolumeMethod } from './stage-volume.ts';
import { unpublishVolumeMethod } from './unpublish-volume.ts';
import { unstageVolumeMethod } from './unstage-volume.ts';

/** What NodeGetCapabilities tells. test/rpc holds it against the methods that are there. */
export const NODE_CAPABILITIES: readonly Capability[] = [
  'STAGE_UNSTAGE_VOLUME',
  'GET_VOLUME_STATS',
  'EXPAND_VOLUME',
  'SINGLE_NODE_MULTI_WRITER',
];

export interface NodeOptions extends Plugin {
  readonly host: Host;
  readonly clusters: readonly NodeCluster[];
  readonly nodeId: string;
  /** 0: no limit of ours. */
  readonly maxVolumes: number;
  /** Which volumes pods may mount by their own spec, from which namespaces; default none. */
  readonly inline?: readonly InlineRule[];
}

/** The services of the node role: Identity and Node. */
export function nodeServices({ driverName, version, ...options }: NodeOptions): readonly Service[] {
  return [identityService({ driverName, version }), nodeService({ inline: [], ...options })];
}

function nodeService(context: NodeContext): Service {
  return service(csi.Node.service, {
    NodeStageVolume: stageVolumeMethod(context),
    NodeUnstageVolume: unstageVolumeMethod(context),
    NodePublishVolume: publishVolumeMethod(context),
    NodeUnpublishVolume: unpublishVolumeMethod(context),
    NodeGetVolumeStats: getVolumeStatsMethod(context),
    NodeExpandVolume: expandVolumeMethod(context),
    // No locks: it tells what is fixed.
    NodeGetCapabilities: {
      decode: () => undefined,
      run: async () => undefined,
      encode: () => ({ capabilities: NODE_CAPABILITIES.map((type) => ({ rpc: { type } })) }),
    },
    // No locks, and no topology: a Gluster volume is reached from everywhere.
    NodeGetInfo: {
      decode: () => undefined,
      run: async () => undefined,
      encode: () => ({ nodeId: context.nodeId, maxVolumesPerNode: String(context.maxVolumes) }),
    },
  });
}
