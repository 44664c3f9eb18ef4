import { Fault } from '../../control/fault.ts';
import type { NodeVolume } from '../../staging/node-volume.ts';
import { parseHandle } from '../../volumes/ids.ts';
import { decodeVolumeId } from '../decode.ts';

/** A required volume id. Undefined when it is none of ours: no such volume can be mounted here. Throws `invalid`. */
export function findVolume(volumeId: string): NodeVolume | undefined {
  const id = decodeVolumeId(volumeId);
  const handle = parseHandle(id);
  return handle === undefined ? undefined : { id, cluster: handle.cluster, name: handle.name };
}

/** The same where the volume has to exist. Throws `not-found` too. */
export function getVolume(volumeId: string): NodeVolume {
  const volume = findVolume(volumeId);
  if (volume !== undefined) return volume;
  const shown = volumeId.slice(0, 128);
  throw new Fault('not-found', `volume ${shown} is not known; its id must be gl1:volume:<cluster>:<volume>`);
}
