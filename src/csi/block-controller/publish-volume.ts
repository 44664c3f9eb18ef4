import { Fault, invalid } from '../../control/fault.ts';
import type { ControllerPublishVolumeRequest__Output } from '../../grpc/generated/csi/v1/ControllerPublishVolumeRequest.ts';
import type { ControllerPublishVolumeResponse } from '../../grpc/generated/csi/v1/ControllerPublishVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { PublishedBlock } from '../../volumes/block/block-backend.ts';
import { isShared, isSingleNode, whyNotBlock } from '../../volumes/block/block-capability.ts';
import { locateBlock } from '../../volumes/block/block-clusters.ts';
import { providerOf } from '../../volumes/block/block-handle.ts';
import { type BlockNode, parseNodeId } from '../../volumes/block/node-id.ts';
import { type PublishBlockVolume, publishBlockVolume } from '../../volumes/block/publish-block-volume.ts';
import { isReaderMode } from '../../volumes/capability.ts';
import { parseChap } from '../chap-secrets.ts';
import { decodeVolumeId } from '../decode.ts';
import { decodeCapability, requireSupported } from '../decode-capability.ts';
import { formatPublishContext, type PublishContext } from '../publish-context.ts';
import { type BlockControllerContext, blockKey } from './context.ts';

type Wire = ControllerPublishVolumeRequest__Output;

interface Request extends PublishBlockVolume {
  readonly nodeId: string;
}

export function publishVolumeMethod({
  clusters,
  nodeIds,
}: BlockControllerContext): Method<Wire, Request, PublishContext, ControllerPublishVolumeResponse> {
  return {
    decode(wire) {
      const volumeId = decodeVolumeId(wire.volumeId);
      if (wire.nodeId === '') throw invalid('node_id', 'is missing; it is required');
      const capability = decodeCapability(wire.volumeCapability);
      const provider = providerOf(volumeId);
      requireSupported([capability], 'volume_capability', whyNotBlock(provider));
      const chap = provider === 'virtblock' ? undefined : parseChap(wire.secrets);
      const use = {
        isReadonly: wire.readonly || isReaderMode(capability.mode),
        ...(isShared(capability) ? { isShared: true } : {}),
        ...(chap === undefined ? {} : { chap }),
      };
      return {
        // Last: csi-sanity wants a malformed request to be told from one for a volume or a node that is not there.
        located: locateBlock(clusters, volumeId),
        publication: { ...getNode(wire.nodeId), ...use },
        isSingleNode: isSingleNode(capability.mode),
        nodeId: wire.nodeId,
      };
    },
    keys: ({ located }) => [blockKey(located)],
    run: async ({ nodeId, ...request }, call) => {
      const { isReadonly, name } = request.publication;
      const context = toContext(await publishBlockVolume(request, call), isReadonly);
      nodeIds.set(name, nodeId);
      return context;
    },
    encode: (context) => ({ publishContext: formatPublishContext(context) }),
  };
}

function toContext(
  { door, target, capacityBytes: bytes }: PublishedBlock,
  isReadonly: boolean,
): PublishContext {
  return { isReadonly, door, ...(target === undefined ? {} : { lun: { ...target, bytes } }) };
}

/** A node is known by its id alone, which its node service made. */
function getNode(nodeId: string): BlockNode {
  const node = parseNodeId(nodeId);
  if (node !== undefined) return node;
  throw new Fault(
    'not-found',
    `node_id "${nodeId.slice(0, 192)}" is none of this driver's nodes; its form is <name>@<address>[,<address>…][@<initiator>]`,
  );
}
