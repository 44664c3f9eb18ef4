import { csi } from '../../grpc/contract.ts';
import type { _csi_v1_NodeServiceCapability_RPC_Type__Output as Capability } from '../../grpc/generated/csi/v1/NodeServiceCapability.ts';
import { type Service, service } from '../../grpc/service.ts';
import { log } from '../../telemetry/log.ts';
import { formatNodeId, parseNodeId, toNodeId } from '../../volumes/block/node-id.ts';
import { identityService, type Plugin } from '../identity/identity-service.ts';
import type { BlockNodeContext } from './context.ts';
import { expandVolumeMethod } from './expand-volume.ts';
import { getVolumeStatsMethod } from './get-volume-stats.ts';
import { publishVolumeMethod } from './publish-volume.ts';
import { stageVolumeMethod } from './stage-volume.ts';
import { unpublishVolumeMethod } from './unpublish-volume.ts';
import { unstageVolumeMethod } from './unstage-volume.ts';

/** What NodeGetCapabilities tells. test/rpc holds it against the methods that are there. */
export const BLOCK_NODE_CAPABILITIES: readonly Capability[] = [
  'STAGE_UNSTAGE_VOLUME',
  'GET_VOLUME_STATS',
  'EXPAND_VOLUME',
  'SINGLE_NODE_MULTI_WRITER',
];

export interface BlockNodeOptions extends Omit<Plugin, 'serves'>, BlockNodeContext {}

/** The services of the block driver in the node role: Identity and Node. */
export function blockNodeServices({ driverName, version, ...context }: BlockNodeOptions): readonly Service[] {
  return [identityService({ driverName, version, serves: ['CONTROLLER_SERVICE'] }), nodeService(context)];
}

function nodeService(context: BlockNodeContext): Service {
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
      encode: () => ({ capabilities: BLOCK_NODE_CAPABILITIES.map((type) => ({ rpc: { type } })) }),
    },
    // No locks, and no topology: it only looks, and hosting volumes are reached from everywhere.
    NodeGetInfo: {
      decode: () => undefined,
      run: () => nodeIdOf(context),
      encode: (nodeId: string) => ({ nodeId, maxVolumesPerNode: String(context.maxVolumes) }),
    },
  });
}

/** Without its initiator where that makes the id too long: then it has all but iSCSI. */
async function nodeIdOf({ nodeName: name, addresses, iscsi }: BlockNodeContext): Promise<string> {
  const node = { name, addresses: await addresses() };
  const initiator = await iscsi.initiator();
  if (initiator === undefined) return formatNodeId(node);
  const whole = toNodeId({ ...node, initiator });
  if (parseNodeId(whole) !== undefined) return whole;
  log.warn(
    { initiator, nodeId: whole },
    'the initiator name of this node does not fit into its id; no iSCSI',
  );
  return formatNodeId(node);
}
