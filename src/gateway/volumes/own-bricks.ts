import { isPathOf } from '../bricks/brick-record.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { RECORD_OPTION } from '../volume-record.ts';

/** True when bricks of the volume lie where only the brick store makes them. */
export function hasOwnBricks({ name, bricks }: GlusterVolume): boolean {
  return bricks.some(({ path }) => isPathOf(path, name));
}

/** True for a volume that ought to have a record and has none: after `gluster volume reset`, or half-made. */
export function lacksRecord(volume: GlusterVolume): boolean {
  return volume.options[RECORD_OPTION] === undefined && hasOwnBricks(volume);
}
