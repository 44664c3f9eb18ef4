import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord } from '../volume-record.ts';
import type { NamedBrick } from './create-by-bricks.ts';
import { checkNamedBricks } from './create-by-bricks.ts';
import { eventData, type VolumeDeps, volumeKey } from './deps.ts';
import { getVolume } from './get-volume.ts';
import { withRecord } from './restore-record.ts';

export interface BrickExpansion {
  readonly name: string;
  /** The new number of copies; undefined: more sets of the same kind. */
  readonly replica: number | undefined;
  readonly bricks: readonly NamedBrick[];
  readonly force: boolean;
  readonly createDirectories: boolean;
}

/** Adds bricks that the client names. Throws `not-found`, `invalid`, `wrong-state` for a volume made by size, `busy`. */
export async function expandByBricks(
  deps: VolumeDeps,
  expansion: BrickExpansion,
  call: Call,
): Promise<GlusterVolume> {
  const { name, replica, force } = expansion;
  using _lock = deps.locks.acquire(volumeKey(name));
  const volume = await withRecord(deps, await getVolume(deps.gluster, name, call), call);
  if (getRecord(volume).capacity !== undefined) {
    throw new Fault('wrong-state', `volume ${name} was made by size; expand it by size`);
  }
  const bricks = await checkNamedBricks(deps, expansion.bricks, expansion.createDirectories || force, call);
  const paths = bricks.map(({ host, path }) => ({ host, path }));
  await deps.gluster.addBricks(name, replica, paths, force, call);
  deps.notify('volume.expanded', eventData(volume));
  return getVolume(deps.gluster, name, call);
}
