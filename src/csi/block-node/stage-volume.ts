import type { NodeStageVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeStageVolumeRequest.ts';
import type { NodeStageVolumeResponse } from '../../grpc/generated/csi/v1/NodeStageVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { StagedUse } from '../../staging/block/block-volume.ts';
import { stageBlock } from '../../staging/block/stage-block.ts';
import type { StageLun } from '../../staging/iscsi/lun-volume.ts';
import { stageLun } from '../../staging/iscsi/stage-lun.ts';
import { parseChap } from '../chap-secrets.ts';
import { decodeVolumeId } from '../decode.ts';
import { targetKey } from '../node/context.ts';
import { decodePath } from '../node/decode-path.ts';
import { type BlockNodeContext, volumeKey } from './context.ts';
import { decodeBlockUsage, toStagedUse } from './decode-block.ts';

type Request =
  | { readonly kind: 'file'; readonly use: StagedUse }
  | { readonly kind: 'lun'; readonly use: StageLun };

export function stageVolumeMethod(
  context: BlockNodeContext,
): Method<NodeStageVolumeRequest__Output, Request, void, NodeStageVolumeResponse> {
  return {
    decode(wire) {
      decodeVolumeId(wire.volumeId);
      const stagingPath = decodePath(wire.stagingTargetPath, 'staging_target_path');
      const usage = decodeBlockUsage(wire.volumeCapability, wire.volumeId);
      const staged = toStagedUse(wire, usage, stagingPath);
      if (staged.kind === 'file') return staged;
      return { kind: 'lun', use: { ...staged.use, chap: parseChap(wire.secrets) } };
    },
    keys: ({ use: { volume, stagingPath } }) => [volumeKey(volume.id), targetKey(stagingPath)],
    run: ({ kind, use }, call) =>
      kind === 'file' ? stageBlock(context, use, call) : stageLun(context, use, call),
    encode: () => ({}),
  };
}
