import type { NodeUnpublishVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeUnpublishVolumeRequest.ts';
import type { NodeUnpublishVolumeResponse } from '../../grpc/generated/csi/v1/NodeUnpublishVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { unpublishBlock } from '../../staging/block/unpublish-block.ts';
import { targetKey } from '../node/context.ts';
import { decodePath } from '../node/decode-path.ts';
import type { BlockNodeContext } from './context.ts';
import { findBlock } from './decode-block.ts';

interface Request {
  /** An id that is none of ours: nothing of it is here. */
  readonly isOurs: boolean;
  readonly target: string;
}

/** By target alone: the path is the CO's for this one publication, and its device may be gone. */
export function unpublishVolumeMethod(
  context: BlockNodeContext,
): Method<NodeUnpublishVolumeRequest__Output, Request, void, NodeUnpublishVolumeResponse> {
  return {
    decode: (wire) => ({
      isOurs: findBlock(wire.volumeId) !== undefined,
      target: decodePath(wire.targetPath, 'target_path'),
    }),
    keys: ({ target }) => [targetKey(target)],
    run: async ({ isOurs, target }, call) => {
      if (isOurs) await unpublishBlock(context, target, call);
    },
    encode: () => ({}),
  };
}
