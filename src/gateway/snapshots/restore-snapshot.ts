import { type Call, checkpoint, detached } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { layoutOf } from '../brick-layout.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { onAll } from '../peers/on-all.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { formatRecord, getRecord } from '../volume-record.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { lookAt } from '../volumes/clear-name.ts';
import { type VolumeDeps, volumeKey } from '../volumes/deps.ts';
import { exchangeRecord } from '../volumes/exchange-record.ts';
import { withRecord } from '../volumes/restore-record.ts';
import { requireServers, serversOf } from '../volumes/survey.ts';
import { COMPLETE, HEALING } from './clone-metadata.ts';
import { healedOptions, healingOptions } from './healing-options.ts';
import { requireDetached, requireSameBricks, requireSource } from './restore-fit.ts';
import { completeRestore, settleRestore, undoRestore } from './settle-restore.ts';
import { getSnapshot } from './snapshot-view.ts';

const UNDO_MS = 60_000;

/**
 * Gives the snapshot's source, which has to be stopped, the content that it had then; its size, options and metadata
 * stay, and so does the snapshot. All bricks or none: what is interrupted is completed or undone by the same request,
 * by a start of the volume, or by housekeeping, and until then nobody can write to it. Throws `not-found` for the
 * snapshot, `wrong-state` with what to do instead, `unreachable` when a server with bricks of the volume is down
 * (nothing was changed), `busy`, `uncertain`.
 */
export async function restoreSnapshot(
  deps: VolumeDeps,
  snapshot: string,
  call: Call,
): Promise<GlusterVolume> {
  const view = await getSnapshot(deps, snapshot, call);
  const name = view.facts.volume;
  using _lock = deps.locks.acquire(volumeKey(name), volumeKey(snapshot));
  const { volume: found, survey } = await lookAt(deps, name, call);
  const source = requireSource(found, view);
  requireServers(survey, source);
  if ((await settleRestore(deps, source, survey, call)) === snapshot) return source;
  const servers = serversOf(requireSameBricks(source, survey, view));
  const volume = await withRecord(deps, source, call, survey);
  requireDetached(volume);
  using held = deps.tokens.begin(await deps.pool.selfId(call));
  checkpoint(call);
  const healing = await closeAll({ deps, volume, servers, snapshot, token: held.token }, call);
  try {
    await completeRestore(servers, name, held.token, call);
  } catch (error) {
    throw afterMutation(error, `the restore of volume ${name} to snapshot ${snapshot}`);
  }
  return healing;
}

interface Closing {
  readonly deps: VolumeDeps;
  readonly volume: GlusterVolume;
  readonly servers: readonly StorageServer[];
  readonly snapshot: string;
  readonly token: string;
}

/** Up to here all is undone when anything fails. */
async function closeAll(closing: Closing, call: Call): Promise<GlusterVolume> {
  const { deps, volume, servers, snapshot, token } = closing;
  try {
    await onAll(servers, (server) => server.restores.prepare(volume.name, snapshot, token, call));
    const healing = await noteHealing(deps, volume, call);
    await onAll(servers, (server) => server.restores.close(volume.name, token, call));
    return healing;
  } catch (error) {
    await undoRestore(servers, volume.name, token, detached(call, UNDO_MS)).catch((failed: unknown) => {
      throw afterMutation(failed, `undoing the restore of volume ${volume.name}`);
    });
    throw error;
  }
}

/**
 * As a clone has them, until it is healed: changes that were under way in the frozen moment reached some bricks only.
 * The next start heals them and puts back what the volume had.
 */
async function noteHealing(deps: VolumeDeps, volume: GlusterVolume, call: Call): Promise<GlusterVolume> {
  const { kind } = layoutOf(volume);
  if (kind === 'plain') return volume;
  const record = getRecord(volume);
  const after = record.metadata[HEALING] ?? JSON.stringify(healedOptions(kind, volume.options));
  const option = formatRecord({
    ...record,
    metadata: { ...record.metadata, [HEALING]: after, [COMPLETE]: 'true' },
  });
  try {
    return await exchangeRecord(deps, volume, { to: option, options: healingOptions(kind) }, call);
  } catch (error) {
    if (isFault(error, 'conflict')) throw new Fault('busy', error.message, { cause: error });
    throw error;
  }
}
