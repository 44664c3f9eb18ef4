import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, checkpoint, detached } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { log } from '../../telemetry/log.ts';
import { layoutOf } from '../brick-layout.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { formatRecord, getRecord, RECORD_OPTION } from '../volume-record.ts';
import { deleteVolume } from '../volumes/delete-volume.ts';
import { startVolume } from '../volumes/start-volume.ts';
import type { HostingDeps } from './deps.ts';
import { exchangeHosting } from './exchange-hosting.ts';
import { getHosting } from './hosting.ts';
import { SHAPE_KEY } from './make-hosting.ts';
import { asNextGeneration, CLOSING, HOSTING_KEY, readPublications } from './publications.ts';
import { isEmpty } from './room.ts';

const REOPEN_MS = 30_000;
const FREE_MS = 5_000;
const EVERY_MS = 200;

/**
 * Deletes a hosting volume that was made for a request, if it has neither block volumes nor snapshots. It is marked
 * first, and looked at then: a create that puts one there meanwhile sees the mark and takes its own back. One with
 * several brick sets stays: a list leaves out, without a word, what lies on a set that is down. What fails is logged; a marked volume is seen to again by the next create or prune.
 */
export async function pruneHosting(deps: HostingDeps, name: string, call: Call): Promise<void> {
  try {
    const hosting = await getHosting(deps, name, call);
    if (getRecord(hosting).metadata[SHAPE_KEY] === undefined || layoutOf(hosting).subvols > 1) return;
    const marked = await mark(deps, hosting, CLOSING, call);
    // By a prune that was interrupted, or by somebody else since: it is looked at all the same.
    if (marked.state !== 'Started') await startVolume(deps, name, { force: false }, call);
    if (readPublications(getRecord(marked)).size > 0 || (await isInUse(deps, name, call))) {
      await mark(deps, marked, 'yes', detached(call, REOPEN_MS));
      return;
    }
    await deleteOnceFree(deps, marked, call);
  } catch (error) {
    if (!isFault(error)) throw error;
    log.warn({ err: error, volume: name }, 'the hosting volume stays for now');
  }
}

/**
 * The mount that has just looked may be known to bricks for a moment more. With another record than it was marked with
 * it was opened since, and what was seen says nothing.
 */
async function deleteOnceFree(deps: HostingDeps, marked: GlusterVolume, call: Call): Promise<void> {
  const { name, options } = marked;
  const requireSame = (now: GlusterVolume) => {
    if (now.options[RECORD_OPTION] === options[RECORD_OPTION]) return;
    throw new Fault('busy', `hosting volume ${name} was changed since it was looked at; retry`);
  };
  const end = performance.now() + FREE_MS;
  for (;;) {
    try {
      await deleteVolume(deps, name, call, requireSame);
      return;
    } catch (error) {
      if (!isFault(error, 'wrong-state') || performance.now() > end) throw error;
    }
    checkpoint(call);
    await sleep(EVERY_MS);
  }
}

async function isInUse(deps: HostingDeps, name: string, call: Call): Promise<boolean> {
  return !isEmpty(await deps.mounts.use(name, (mounted) => mounted.list(call), call));
}

async function mark(
  deps: HostingDeps,
  hosting: GlusterVolume,
  value: string,
  call: Call,
): Promise<GlusterVolume> {
  const record = getRecord(hosting);
  if (record.metadata[HOSTING_KEY] === value) return hosting;
  const marked = asNextGeneration({ ...record, metadata: { ...record.metadata, [HOSTING_KEY]: value } });
  return exchangeHosting(deps, hosting, formatRecord(marked), call);
}
