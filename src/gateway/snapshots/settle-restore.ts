import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { BrickRestore } from '../bricks/restore-store.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { onAll } from '../peers/on-all.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { areDead } from '../volumes/dead-tokens.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { keptBricks, requireServers, type Survey, serversOf } from '../volumes/survey.ts';

/** Restores that bricks of the surveyed name tell of. */
export function restoresOf(survey: Survey): readonly BrickRestore[] {
  return keptBricks(survey, undefined).flatMap(({ brick }) => brick.restore ?? []);
}

/**
 * Brings an interrupted restore of the volume to an end: one that had begun to put copies in their places is
 * completed, as every brick has its copy then; an earlier one is undone. Resolves with the snapshot that the volume was completed to.
 * Throws `busy` while its coordinator is at it, `unreachable` when a server with bricks of the volume does not answer.
 */
export async function settleRestore(
  deps: Pick<VolumeDeps, 'pool' | 'tokens'>,
  volume: GlusterVolume,
  survey: Survey,
  call: Call,
): Promise<string | undefined> {
  const restores = restoresOf(survey);
  const [first] = restores;
  if (first === undefined) return undefined;
  const what = `the restore of volume ${volume.name} to snapshot ${first.snapshot}`;
  requireServers(survey, volume);
  if (!(await areDead(deps, restores, call))) throw new Fault('busy', `${what} is under way; retry`);
  const servers = serversOf(keptBricks(survey, volume).filter(({ isListed }) => isListed));
  const decided = restores.find(({ state }) => state === 'opening' || state === 'open');
  try {
    if (decided !== undefined) await completeRestore(servers, volume.name, decided.token, call);
    else for (const { token } of restores) await undoRestore(servers, volume.name, token, call);
  } catch (error) {
    throw afterMutation(error, what);
  }
  return decided?.snapshot;
}

/** From the moment on in which all bricks are closed. Each step ends everywhere before the next begins anywhere. */
export async function completeRestore(
  servers: readonly StorageServer[],
  volume: string,
  token: string,
  call: Call,
): Promise<void> {
  for (const step of ['open', 'finish'] as const)
    await onAll(servers, (server) => server.restores[step](volume, token, call));
}

export async function undoRestore(
  servers: readonly StorageServer[],
  volume: string,
  token: string,
  call: Call,
): Promise<void> {
  await onAll(servers, (server) => server.restores.undo(volume, token, call));
}
