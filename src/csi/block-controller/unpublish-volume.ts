import type { ControllerUnpublishVolumeRequest__Output } from '../../grpc/generated/csi/v1/ControllerUnpublishVolumeRequest.ts';
import type { ControllerUnpublishVolumeResponse } from '../../grpc/generated/csi/v1/ControllerUnpublishVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { duringChange } from '../../volumes/after-change.ts';
import { type LocatedBlock, locateGone } from '../../volumes/block/block-clusters.ts';
import { nodeNameOf } from '../../volumes/block/node-id.ts';
import { decodeVolumeId } from '../decode.ts';
import { type BlockControllerContext, blockKey } from './context.ts';

interface Request {
  readonly located: LocatedBlock | undefined;
  /** Undefined: all. */
  readonly node: string | undefined;
}

/**
 * Success means that the node cannot write the volume any more, whatever it is doing: also for one that Kubernetes
 * gave up on. Gone is success, and so is a node that cannot have had it.
 */
export function unpublishVolumeMethod({
  clusters,
}: BlockControllerContext): Method<
  ControllerUnpublishVolumeRequest__Output,
  Request,
  void,
  ControllerUnpublishVolumeResponse
> {
  return {
    decode({ volumeId, nodeId }) {
      const located = locateGone(clusters, decodeVolumeId(volumeId));
      const node = nodeNameOf(nodeId);
      return { located: nodeId !== '' && node === undefined ? undefined : located, node };
    },
    keys: ({ located }) => (located === undefined ? [] : [blockKey(located)]),
    run: async ({ located, node }, call) => {
      if (located === undefined) return;
      await duringChange(`unpublishing block volume ${located.name}`, () =>
        located.backend.unpublish(located, node, call),
      );
    },
    encode: () => ({}),
  };
}
