import type { NodePublishVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodePublishVolumeRequest.ts';
import type { NodePublishVolumeResponse } from '../../grpc/generated/csi/v1/NodePublishVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type PublishBlock, publishBlock } from '../../staging/block/publish-block.ts';
import { decodeVolumeId } from '../decode.ts';
import { targetKey } from '../node/context.ts';
import { type BlockNodeContext, volumeKey } from './context.ts';
import { decodeBlockUsage, decodeStagingPath, decodeTarget, toStagedUse } from './decode-block.ts';

export function publishVolumeMethod(
  context: BlockNodeContext,
): Method<NodePublishVolumeRequest__Output, PublishBlock, void, NodePublishVolumeResponse> {
  return {
    decode(wire) {
      decodeVolumeId(wire.volumeId);
      const target = decodeTarget(wire.targetPath, wire.stagingTargetPath || '\0');
      const usage = decodeBlockUsage(wire.volumeCapability);
      const use = toStagedUse(wire, usage, decodeStagingPath(wire.stagingTargetPath));
      const isReader = use.access.kind === 'mount' && use.access.options.includes('ro');
      return {
        ...use,
        target,
        readonly: wire.readonly || use.isReadonly || isReader,
        singleWriter: usage.mode === 'SINGLE_NODE_SINGLE_WRITER',
      };
    },
    keys: ({ volume, target }) => [volumeKey(volume.id), targetKey(target)],
    run: (request, call) => publishBlock(context, request, call),
    encode: () => ({}),
  };
}
