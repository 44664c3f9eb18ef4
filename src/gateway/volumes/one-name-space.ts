import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { surveySnapshots } from '../snapshots/snapshot-view.ts';
import { afterMutation } from './after-mutation.ts';
import type { VolumeDeps } from './deps.ts';
import { type ReservedBrick, undoReserved } from './reserve-bricks.ts';
import { keptBricks, serversOf, surveyServers } from './survey.ts';

/**
 * Volumes and snapshots share one name space. Both a create and a snapshot write their name down first (bricks that
 * are reserved, parts that are prepared) and then look for the other kind: of two at once at least one sees the other.
 * A server that does not answer hides what it alone has.
 */

/** Throws `conflict` when a snapshot has the name, `busy` while one is being taken or deleted. */
export async function requireNoSnapshot(
  deps: Pick<VolumeDeps, 'pool'>,
  name: string,
  call: Call,
): Promise<void> {
  const { parts } = await surveySnapshots(deps, { snapshot: name }, call);
  if (parts.length === 0) return;
  if (parts.some(({ stored }) => stored.state === 'taken'))
    throw new Fault('conflict', `a snapshot is named ${name}; volumes and snapshots share their names`);
  throw new Fault('busy', `a snapshot of the name ${name} comes or goes; retry`);
}

/** The same for a create whose bricks are reserved: they are given back before it throws. */
export async function requireNoSnapshotOrUndo(
  deps: Pick<VolumeDeps, 'pool'>,
  reserved: { readonly name: string; readonly token: string; readonly bricks: readonly ReservedBrick[] },
  call: Call,
): Promise<void> {
  const { name, bricks } = reserved;
  try {
    await requireNoSnapshot(deps, name, call);
  } catch (error) {
    const isUndone = await undoReserved(reserved, serversOf(bricks), call);
    throw isUndone ? error : afterMutation(error, `volume ${name}`);
  }
}

/** Throws `conflict` when bricks of a volume have one of the names, `busy` while such are being made. */
export async function requireNoBricks(
  { pool }: Pick<VolumeDeps, 'pool'>,
  names: readonly string[],
  call: Call,
): Promise<void> {
  for (const name of names) {
    const bricks = keptBricks(await surveyServers(pool, name, call), undefined);
    if (bricks.some(({ brick }) => brick.state === 'used'))
      throw new Fault('conflict', `a volume is named ${name}; volumes and snapshots share their names`);
    if (bricks.length > 0) throw new Fault('busy', `a volume of the name ${name} comes or goes; retry`);
  }
}
