import type { NodeUnpublishVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeUnpublishVolumeRequest.ts';
import type { NodeUnpublishVolumeResponse } from '../../grpc/generated/csi/v1/NodeUnpublishVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { loopBinder } from '../../staging/block/publish-block.ts';
import { unpublishBlock } from '../../staging/block/unpublish-block.ts';
import { lunBinder } from '../../staging/iscsi/publish-lun.ts';
import { targetKey } from '../node/context.ts';
import { decodePath } from '../node/decode-path.ts';
import type { BlockNodeContext } from './context.ts';
import { findBlock, type KnownBlock } from './decode-block.ts';

interface Request {
  /** Undefined: an id that is none of ours, so that nothing of it is here. */
  readonly kind: KnownBlock['kind'] | undefined;
  readonly target: string;
}

/** By target alone: the path is the CO's for this one publication, and its device may be gone. */
export function unpublishVolumeMethod(
  context: BlockNodeContext,
): Method<NodeUnpublishVolumeRequest__Output, Request, void, NodeUnpublishVolumeResponse> {
  return {
    decode: (wire) => ({
      kind: findBlock(wire.volumeId)?.kind,
      target: decodePath(wire.targetPath, 'target_path'),
    }),
    keys: ({ target }) => [targetKey(target)],
    run: async ({ kind, target }, call) => {
      if (kind === undefined) return;
      const binder = kind === 'file' ? loopBinder(context) : lunBinder(context);
      await unpublishBlock(binder, target, call);
    },
    encode: () => ({}),
  };
}
