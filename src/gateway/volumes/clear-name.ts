import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { onAll } from '../peers/on-all.ts';
import { afterMutation } from './after-mutation.ts';
import { areDead } from './dead-tokens.ts';
import { demolish } from './demolish.ts';
import type { VolumeDeps } from './deps.ts';
import {
  type KeptBrick,
  keptBricks,
  requireServers,
  type Survey,
  serversOf,
  surveyServers,
} from './survey.ts';

/**
 * Makes sure that nothing has the name, and resolves with what the servers hold. What interrupted creates and
 * deletes left is removed. Throws `conflict` when a whole volume has the name, `busy` while another create is
 * under way, `wrong-state` when bricks of a lost volume still hold data.
 */
export async function clearName(deps: VolumeDeps, name: string, call: Call): Promise<Survey> {
  const { volume, survey } = await lookAt(deps, name, call);
  const bricks = keptBricks(survey, volume);
  if (volume === undefined && bricks.length === 0) return survey;
  if (volume === undefined) await clearBricks(deps, name, bricks, call);
  else await clearHalfMade(deps, volume, survey, call);
  return surveyServers(deps.pool, name, call);
}

/** The volume and what the servers hold of it, asked at the same time. */
export async function lookAt(
  deps: VolumeDeps,
  name: string,
  call: Call,
): Promise<{ readonly volume: GlusterVolume | undefined; readonly survey: Survey }> {
  const [volume, survey] = await Promise.all([
    deps.gluster.volume(name, call),
    surveyServers(deps.pool, name, call),
  ]);
  return { volume, survey };
}

/**
 * Removes bricks whose volume does not exist: what dead creates reserved, and what a delete has marked. True
 * when there was something. Throws `busy` and `wrong-state` as `clearName` does.
 */
export async function clearBricks(
  deps: VolumeDeps,
  name: string,
  bricks: readonly KeptBrick[],
  call: Call,
): Promise<void> {
  await requireDead(deps, name, bricks, call);
  // The volume was asked for at the same time as the bricks: another gateway may have made it in between.
  if ((await deps.gluster.volume(name, call)) !== undefined) throw underWay(name);
  const used = bricks.filter(({ brick }) => brick.state === 'used');
  if (used.length > 0) {
    const where = used.map(({ server, brick }) => `${server.host}:${brick.path}`).join(', ');
    throw new Fault(
      'wrong-state',
      `volume ${name} does not exist, but bricks of that name may hold data: ${where}; restore the volume or remove them by hand`,
    );
  }
  try {
    await onAll(serversOf(bricks), async (server) => {
      const own = bricks.filter((kept) => kept.server === server).map(({ brick }) => brick);
      const tokens = new Set(own.filter(({ state }) => state === 'reserved').map(({ token }) => token));
      for (const token of tokens) await server.undo(name, token, call);
      if (own.some(({ state }) => state === 'deleting')) await server.remove(name, call);
    });
  } catch (error) {
    throw afterMutation(error, `clearing what was left of volume ${name}`);
  }
}

/** Deletes a volume that a dead create left half-made. */
async function clearHalfMade(
  deps: VolumeDeps,
  volume: GlusterVolume,
  survey: Survey,
  call: Call,
): Promise<void> {
  const bricks = keptBricks(survey, volume);
  const listed = bricks.filter(({ isListed }) => isListed);
  if (listed.every(({ brick }) => brick.state === 'used')) throw exists();
  const isDoomed = listed.some(({ brick }) => brick.state === 'deleting');
  if (volume.state !== 'Created') {
    if (!isDoomed) throw exists();
    throw new Fault('wrong-state', `volume ${volume.name} is being deleted; delete it again, then create it`);
  }
  await requireDead(deps, volume.name, bricks, call);
  requireServers(survey, volume);
  await requireStillHalfMade(deps, volume, call);
  try {
    await demolish(deps.gluster, volume.name, serversOf(bricks), call);
  } catch (error) {
    throw afterMutation(error, `clearing the half-made volume ${volume.name}`);
  }
}

/**
 * A create that is over may have ended well after its bricks were looked at. What it left when it was known to be over
 * is final: only others that clear the name change it.
 */
async function requireStillHalfMade(deps: VolumeDeps, before: GlusterVolume, call: Call): Promise<void> {
  const { volume, survey } = await lookAt(deps, before.name, call);
  if (volume?.id !== before.id) throw underWay(before.name);
  requireServers(survey, volume);
  const listed = keptBricks(survey, volume).filter(({ isListed }) => isListed);
  if (volume.state !== 'Created' || listed.every(({ brick }) => brick.state === 'used')) throw exists();
}

async function requireDead(
  deps: VolumeDeps,
  name: string,
  bricks: readonly KeptBrick[],
  call: Call,
): Promise<void> {
  const undecided = bricks.map(({ brick }) => brick).filter(({ state }) => state !== 'used');
  if (!(await areDead(deps, undecided, call))) throw underWay(name);
}

function exists(): Fault {
  return new Fault('conflict', 'volume already exists');
}

function underWay(name: string): Fault {
  return new Fault('busy', `another gateway is creating volume ${name}; retry`);
}
