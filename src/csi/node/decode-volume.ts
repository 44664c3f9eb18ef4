import { Fault } from '../../control/fault.ts';
import type { MountedVolume, NodeVolume } from '../../staging/node-volume.ts';
import { HANDLE_FORMS, parseHandle } from '../../volumes/ids.ts';
import { decodeVolumeId } from '../decode.ts';

/** What kubelet calls a volume of a pod's own spec: a hash of the pod and the volume's name in it. */
const INLINE_ID = /^csi-[0-9a-f]{64}$/;

/** True for an id of a volume of a pod's own spec. */
export function isInlineId(volumeId: string): boolean {
  return INLINE_ID.test(volumeId);
}

/** A required volume id. Undefined when it is none of ours: no such volume can be mounted here. Throws `invalid`. */
export function findVolume(volumeId: string): NodeVolume | undefined {
  const id = decodeVolumeId(volumeId);
  const handle = parseHandle(id);
  if (handle === undefined) return undefined;
  const { cluster, name } = handle;
  if (handle.kind === 'view') return { id, cluster, name, isView: true };
  return handle.kind === 'volume'
    ? { id, cluster, name }
    : { id, cluster, name, directory: handle.directory };
}

/** The same where the volume has to exist. Throws `not-found` too. */
export function getVolume(volumeId: string): NodeVolume {
  const volume = findVolume(volumeId);
  if (volume !== undefined) return volume;
  throw new Fault(
    'not-found',
    `volume ${volumeId.slice(0, 128)} is not known; its id must be ${HANDLE_FORMS}`,
  );
}

/** Like `findVolume`, for what may also be a volume of a pod's own spec. */
export function findMounted(volumeId: string): MountedVolume | undefined {
  return isInlineId(volumeId) ? { id: volumeId, isInline: true } : findVolume(volumeId);
}

/** Like `getVolume`, for what may also be a volume of a pod's own spec. */
export function getMounted(volumeId: string): MountedVolume {
  return findMounted(volumeId) ?? getVolume(volumeId);
}
