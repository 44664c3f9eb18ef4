import { Fault, invalid } from '../../control/fault.ts';
import type { ControllerPublishVolumeRequest__Output } from '../../grpc/generated/csi/v1/ControllerPublishVolumeRequest.ts';
import type { ControllerPublishVolumeResponse } from '../../grpc/generated/csi/v1/ControllerPublishVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { isSingleNode, whyNotBlock } from '../../volumes/block/block-capability.ts';
import { locateBlock } from '../../volumes/block/block-clusters.ts';
import { type BlockNode, parseNodeId } from '../../volumes/block/node-id.ts';
import { type PublishBlockVolume, publishBlockVolume } from '../../volumes/block/publish-block-volume.ts';
import { isReaderMode } from '../../volumes/capability.ts';
import { decodeVolumeId } from '../decode.ts';
import { decodeCapability, requireSupported } from '../decode-capability.ts';
import { formatPublishContext, type PublishContext } from '../publish-context.ts';
import { type BlockControllerContext, blockKey } from './context.ts';

export function publishVolumeMethod({
  clusters,
}: BlockControllerContext): Method<
  ControllerPublishVolumeRequest__Output,
  PublishBlockVolume,
  PublishContext,
  ControllerPublishVolumeResponse
> {
  return {
    decode(wire) {
      const volumeId = decodeVolumeId(wire.volumeId);
      if (wire.nodeId === '') throw invalid('node_id', 'is missing; it is required');
      const capability = decodeCapability(wire.volumeCapability);
      requireSupported([capability], 'volume_capability', whyNotBlock);
      const isReadonly = wire.readonly || isReaderMode(capability.mode);
      return {
        // Last: csi-sanity wants a malformed request to be told from one for a volume or a node that is not there.
        located: locateBlock(clusters, volumeId),
        publication: { ...getNode(wire.nodeId), isReadonly },
        isSingleNode: isSingleNode(capability.mode),
      };
    },
    keys: ({ located }) => [blockKey(located)],
    run: async (request, call) => {
      const door = await publishBlockVolume(request, call);
      return { isReadonly: request.publication.isReadonly, door };
    },
    encode: (context) => ({ publishContext: formatPublishContext(context) }),
  };
}

/** A node is known by its id alone, which its node service made. */
function getNode(nodeId: string): BlockNode {
  const node = parseNodeId(nodeId);
  if (node !== undefined) return node;
  throw new Fault(
    'not-found',
    `node_id "${nodeId.slice(0, 192)}" is none of this driver's nodes; its form is <name>@<address>[,<address>…]`,
  );
}
