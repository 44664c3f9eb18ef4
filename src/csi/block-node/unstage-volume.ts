import type { NodeUnstageVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeUnstageVolumeRequest.ts';
import type { NodeUnstageVolumeResponse } from '../../grpc/generated/csi/v1/NodeUnstageVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { unstageBlock } from '../../staging/block/unstage-block.ts';
import { unstageLun } from '../../staging/iscsi/unstage-lun.ts';
import { targetKey } from '../node/context.ts';
import { decodePath } from '../node/decode-path.ts';
import { type BlockNodeContext, volumeKey } from './context.ts';
import { findBlock, type KnownBlock } from './decode-block.ts';

interface Request {
  /** Undefined: an id that is none of ours, so that nothing of it is here. */
  readonly found: KnownBlock | undefined;
  readonly stagingPath: string;
}

export function unstageVolumeMethod(
  context: BlockNodeContext,
): Method<NodeUnstageVolumeRequest__Output, Request, void, NodeUnstageVolumeResponse> {
  return {
    decode: (wire) => ({
      found: findBlock(wire.volumeId),
      stagingPath: decodePath(wire.stagingTargetPath, 'staging_target_path'),
    }),
    keys: ({ found, stagingPath }) =>
      found === undefined ? [] : [volumeKey(found.volume.id), targetKey(stagingPath)],
    run: async ({ found, stagingPath }, call) => {
      if (found === undefined) return;
      const { kind, volume } = found;
      if (kind === 'file') await unstageBlock(context, { volume, stagingPath }, call);
      else await unstageLun(context, { volume, stagingPath }, call);
    },
    encode: () => ({}),
  };
}
