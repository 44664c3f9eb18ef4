import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { Gluster, GlusterVolume } from '../gluster-cli/gluster.ts';

/** Throws `not-found`, in glusterd2's words. */
export async function getVolume(
  gluster: Pick<Gluster, 'volume'>,
  name: string,
  call: Call,
): Promise<GlusterVolume> {
  const volume = await gluster.volume(name, call);
  if (volume === undefined) throw new Fault('not-found', 'volume not found');
  return volume;
}
