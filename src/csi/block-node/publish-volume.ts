import type { NodePublishVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodePublishVolumeRequest.ts';
import type { NodePublishVolumeResponse } from '../../grpc/generated/csi/v1/NodePublishVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type PublishBlock, publishBlock } from '../../staging/block/publish-block.ts';
import { type PublishLun, publishLun } from '../../staging/iscsi/publish-lun.ts';
import { decodeVolumeId } from '../decode.ts';
import { targetKey } from '../node/context.ts';
import { type BlockNodeContext, volumeKey } from './context.ts';
import { decodeBlockUsage, decodeStagingPath, decodeTarget, toStagedUse } from './decode-block.ts';

type Request =
  | { readonly kind: 'file'; readonly use: PublishBlock }
  | { readonly kind: 'lun'; readonly use: PublishLun };

export function publishVolumeMethod(
  context: BlockNodeContext,
): Method<NodePublishVolumeRequest__Output, Request, void, NodePublishVolumeResponse> {
  return {
    decode,
    keys: ({ use: { volume, target } }) => [volumeKey(volume.id), targetKey(target)],
    run: ({ kind, use }, call) =>
      kind === 'file' ? publishBlock(context, use, call) : publishLun(context, use, call),
    encode: () => ({}),
  };
}

function decode(wire: NodePublishVolumeRequest__Output): Request {
  decodeVolumeId(wire.volumeId);
  const target = decodeTarget(wire.targetPath, wire.stagingTargetPath || '\0');
  const usage = decodeBlockUsage(wire.volumeCapability, wire.volumeId);
  const { kind, use } = toStagedUse(wire, usage, decodeStagingPath(wire.stagingTargetPath));
  const isReader = use.access.kind === 'mount' && use.access.options.includes('ro');
  const publication = {
    target,
    readonly: wire.readonly || use.isReadonly || isReader,
    singleWriter: usage.mode === 'SINGLE_NODE_SINGLE_WRITER',
  };
  return kind === 'file'
    ? { kind, use: { ...use, ...publication } }
    : { kind, use: { ...use, ...publication } };
}
