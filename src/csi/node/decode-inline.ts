import { Fault, invalid } from '../../control/fault.ts';
import type { NodePublishVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodePublishVolumeRequest.ts';
import type { NodeCluster, NodeVolume } from '../../staging/node-volume.ts';
import type { InlineRequest } from '../../staging/publish-inline.ts';
import { parseClusterName, parseDirectoryPath, parseVolumeName } from '../../volumes/ids.ts';
import { describeUnknown } from '../../volumes/unknown-name.ts';
import { decodePath } from './decode-path.ts';
import { decodeUsage, forReaders } from './decode-usage.ts';
import { isInlineId } from './decode-volume.ts';

/** The volumeAttributes of a volume in a pod's own spec. */
export const INLINE_ATTRIBUTES = ['volume'] as const;

/** Keys that kubelet adds, when CSIDriver has podInfoOnMount; it replaces what the pod's spec says under them. */
const KUBERNETES = 'csi.storage.k8s.io/';
const FIELD = 'volume_context';

/** True for a volume of a pod's own spec: it was never staged, and its id says nothing. */
export function isInline({ volumeContext }: NodePublishVolumeRequest__Output): boolean {
  return volumeContext[`${KUBERNETES}ephemeral`] === 'true';
}

/** Throws `invalid`, naming the attribute and the known ones; `denied` for what kubelet cannot have said. */
export function decodeInline(
  wire: NodePublishVolumeRequest__Output,
  clusters: readonly NodeCluster[],
): InlineRequest {
  const target = decodePath(wire.targetPath, 'target_path');
  const { isReader, options } = decodeUsage(wire.volumeCapability);
  if (!isInlineId(wire.volumeId)) {
    throw invalid('volume_id', 'is not of the form that kubelet gives to a volume of a pod');
  }
  const readonly = wire.readonly || isReader;
  return {
    volume: decodeVolume(wire.volumeId, wire.volumeContext, clusters),
    namespace: decodeNamespace(wire.volumeContext, target),
    target,
    options: readonly ? forReaders(options) : options,
  };
}

/** `<cluster>/<volume>[/<directory>…]`, as `inline.allow` has it. */
function decodeVolume(
  id: string,
  context: Readonly<Record<string, string>>,
  clusters: readonly NodeCluster[],
): NodeVolume {
  const field = `${FIELD}.volume`;
  const given = decodeAttributes(context).volume;
  if (given === undefined) throw invalid(field, 'is missing; name an existing volume: <cluster>/<volume>');
  const [cluster = '', volume, ...names] = given.split('/');
  if (volume === undefined) throw invalid(field, 'names no cluster; the form is <cluster>/<volume>');
  return {
    id,
    cluster: getKnownCluster(cluster, clusters),
    name: parseVolumeName(volume, field),
    ...(names.length === 0 ? {} : { directory: parseDirectoryPath(names.join('/'), field) }),
  };
}

function decodeAttributes(context: Readonly<Record<string, string>>): { readonly volume?: string } {
  const given = Object.entries(context).filter(([key]) => !key.startsWith(KUBERNETES));
  for (const [key] of given) {
    if ((INLINE_ATTRIBUTES as readonly string[]).includes(key)) continue;
    throw invalid(`${FIELD}.${key.slice(0, 64)}`, describeUnknown(key.slice(0, 64), INLINE_ATTRIBUTES));
  }
  return Object.fromEntries(given);
}

function getKnownCluster(name: string, clusters: readonly NodeCluster[]): string {
  const cluster = parseClusterName(name, `${FIELD}.volume`);
  const known = clusters.map((one) => one.name);
  if (known.includes(cluster)) return cluster;
  throw invalid(`${FIELD}.volume`, `cluster "${cluster}" ${describeUnknown(cluster, known)}`);
}

/**
 * The namespace decides what may be mounted, so it has to be kubelet's word. Without podInfoOnMount these keys would
 * reach us as the pod's spec has them; but nobody knows a pod's uid before the pod is there, and kubelet's target
 * path holds it.
 */
function decodeNamespace(context: Readonly<Record<string, string>>, target: string): string {
  const uid = context[`${KUBERNETES}pod.uid`] ?? '';
  const namespace = context[`${KUBERNETES}pod.namespace`] ?? '';
  if (namespace !== '' && uid !== '' && target.split('/').includes(uid)) return namespace;
  throw new Fault(
    'denied',
    `${FIELD}: does not tell the pod as kubelet does; set podInfoOnMount: true in the CSIDriver object`,
  );
}
