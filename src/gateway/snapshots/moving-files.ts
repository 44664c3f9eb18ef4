import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { VolumeDeps } from '../volumes/deps.ts';

/**
 * Ids of the tasks that have ended. Throws `wrong-state` while files of the volume are moved between its brick sets: one
 * on its way is in two sets, and what tells clients where bears the volume's name, which a clone has not.
 */
export async function requireNoneMoving(
  { gluster }: Pick<VolumeDeps, 'gluster'>,
  { name, state, distributeCount }: GlusterVolume,
  call: Call,
): Promise<readonly string[]> {
  if (state !== 'Started' || distributeCount < 2) return [];
  const tasks = await gluster.tasks(name, call);
  const running = tasks.find(({ isRunning }) => isRunning);
  if (running === undefined) return tasks.map(({ id }) => id);
  throw new Fault(
    'wrong-state',
    `a ${running.type} of volume ${name} is under way, which moves its files; wait for its end or stop it, then take the snapshot`,
  );
}

/** The same after the moment; `busy` when a task has come and gone since those with the ids `ended`. */
export async function requireNoneMoved(
  deps: Pick<VolumeDeps, 'gluster'>,
  volume: GlusterVolume,
  ended: readonly string[],
  call: Call,
): Promise<void> {
  const now = await requireNoneMoving(deps, volume, call);
  if (now.every((id) => ended.includes(id))) return;
  throw new Fault('busy', `files of volume ${volume.name} were moved while the snapshot was taken; retry`);
}
