import { Fault, invalid } from '../../control/fault.ts';
import type { NodePublishVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodePublishVolumeRequest.ts';
import type { NodePublishVolumeResponse } from '../../grpc/generated/csi/v1/NodePublishVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type InlineRequest, publishInline } from '../../staging/publish-inline.ts';
import { type PublishRequest, publishVolume } from '../../staging/publish-volume.ts';
import { decodeVolumeId } from '../decode.ts';
import { type NodeContext, targetKey } from './context.ts';
import { decodeInline, isInline } from './decode-inline.ts';
import { decodePath } from './decode-path.ts';
import { decodeUsage, optionsFor } from './decode-usage.ts';
import { getVolume } from './decode-volume.ts';

type Publication =
  | { readonly kind: 'staged'; readonly request: PublishRequest }
  | { readonly kind: 'inline'; readonly request: InlineRequest };

export function publishVolumeMethod(
  context: NodeContext,
): Method<NodePublishVolumeRequest__Output, Publication, void, NodePublishVolumeResponse> {
  return {
    decode(wire) {
      decodeVolumeId(wire.volumeId);
      return isInline(wire)
        ? { kind: 'inline', request: decodeInline(wire, context.clusters) }
        : { kind: 'staged', request: decodeStaged(wire) };
    },
    keys: toKeys,
    run: ({ kind, request }, call) =>
      kind === 'inline' ? publishInline(context, request, call) : publishVolume(context, request, call),
    encode: () => ({}),
  };
}

/** The volume's context is not looked at: a PersistentVolume's handle says all. */
function decodeStaged(wire: NodePublishVolumeRequest__Output): PublishRequest {
  const target = decodePath(wire.targetPath, 'target_path');
  const usage = decodeUsage(wire.volumeCapability);
  const stagingPath = decodeStagingPath(wire.stagingTargetPath);
  if (target === stagingPath) throw invalid('target_path', 'is the staging path; give another one');
  const singleWriter = usage.mode === 'SINGLE_NODE_SINGLE_WRITER';
  // Last: csi-sanity wants a malformed request to be told from one for a volume that is not there.
  const volume = getVolume(wire.volumeId);
  const options = optionsFor(volume, usage);
  const readonly = wire.readonly || usage.isReader || options.includes('ro');
  return { volume, stagingPath, target, readonly, options, singleWriter };
}

/** By target, so that pods on one node do not wait for each other, unless only one of them may have the volume. */
function toKeys({ kind, request }: Publication): readonly string[] {
  const key = targetKey(request.target);
  return kind === 'staged' && request.singleWriter ? [key, `writer/${request.volume.id}`] : [key];
}

/** The specification has its own code for this: the caller skipped a step. */
function decodeStagingPath(path: string): string {
  if (path !== '') return decodePath(path, 'staging_target_path');
  throw new Fault('wrong-state', 'staging_target_path: is missing; stage the volume first and give its path');
}
