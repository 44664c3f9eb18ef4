import { Fault, invalid } from '../../control/fault.ts';
import type { NodePublishVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodePublishVolumeRequest.ts';
import type { NodeCluster, NodeVolume } from '../../staging/node-volume.ts';
import type { InlineRequest } from '../../staging/publish-inline.ts';
import { parseClusterName, parseDirectoryPath, parseVolumeName } from '../../volumes/ids.ts';
import { describeUnknown } from '../../volumes/unknown-name.ts';
import { decodePath } from './decode-path.ts';
import { decodeUsage } from './decode-usage.ts';
import { isInlineId } from './decode-volume.ts';

/** The volumeAttributes of a volume in a pod's own spec. */
export const INLINE_ATTRIBUTES = ['cluster', 'volume', 'directory'] as const;
type Attribute = (typeof INLINE_ATTRIBUTES)[number];

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
    options: readonly ? [...options.filter((one) => one !== 'ro' && one !== 'rw'), 'ro'] : options,
  };
}

function decodeVolume(
  id: string,
  context: Readonly<Record<string, string>>,
  clusters: readonly NodeCluster[],
): NodeVolume {
  const { cluster, volume, directory } = splitPath(decodeAttributes(context));
  if (volume === undefined) throw invalid(`${FIELD}.volume`, 'is missing; name an existing Gluster volume');
  return {
    id,
    cluster: chooseCluster(cluster, clusters),
    name: parseVolumeName(volume, `${FIELD}.volume`),
    ...(directory === undefined ? {} : { directory: parseDirectoryPath(directory, `${FIELD}.directory`) }),
  };
}

type Attributes = { readonly [A in Attribute]?: string };

/** `volume` may hold all three, as `inline.allow` has them: `<cluster>/<volume>[/<directory>…]`. */
function splitPath(given: Attributes): Attributes {
  if (given.volume?.includes('/') !== true) return given;
  if (given.cluster !== undefined || given.directory !== undefined) {
    throw invalid(`${FIELD}.volume`, 'is a path; leave cluster and directory out, or give the name alone');
  }
  const [cluster = '', volume = '', ...names] = given.volume.split('/');
  return { cluster, volume, ...(names.length === 0 ? {} : { directory: names.join('/') }) };
}

function decodeAttributes(context: Readonly<Record<string, string>>): Attributes {
  const given = Object.entries(context).filter(([key]) => !key.startsWith(KUBERNETES));
  for (const [key] of given) {
    if ((INLINE_ATTRIBUTES as readonly string[]).includes(key)) continue;
    throw invalid(`${FIELD}.${key.slice(0, 64)}`, describeUnknown(key.slice(0, 64), INLINE_ATTRIBUTES));
  }
  return Object.fromEntries(given);
}

/** As with a StorageClass: the only one need not be named. */
function chooseCluster(name: string | undefined, clusters: readonly NodeCluster[]): string {
  const known = clusters.map((cluster) => cluster.name);
  if (name === undefined && known.length === 1 && known[0] !== undefined) return known[0];
  if (name === undefined) throw invalid(`${FIELD}.cluster`, `is missing; name one of ${known.join(', ')}`);
  const cluster = parseClusterName(name, `${FIELD}.cluster`);
  if (known.includes(cluster)) return cluster;
  throw invalid(`${FIELD}.cluster`, `"${cluster}" ${describeUnknown(cluster, known)}`);
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
