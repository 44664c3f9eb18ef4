import { randomUUID } from 'node:crypto';
import type { Call } from '../control/call.ts';
import { isFault } from '../control/fault.ts';
import { limitTime } from '../control/limit-time.ts';
import { log } from '../telemetry/log.ts';
import type { Backend } from './backend.ts';
import type { Clusters } from './clusters.ts';
import { isVolumeName } from './ids.ts';
import { FORMAT, KEYS } from './metadata.ts';
import type { Snapshot } from './snapshot.ts';

const MINUTE_MS = 60_000;
/** A request that is still coming back deletes its snapshot itself. */
const ENDED_MS = 10 * MINUTE_MS;
/** external-provisioner comes back within minutes: by then nobody does. */
const FORGOTTEN_MS = 24 * 60 * MINUTE_MS;
const FIRST_MS = 10 * MINUTE_MS;
const EVERY_MS = 60 * MINUTE_MS;
const ROUND_MS = 5 * MINUTE_MS;
const PAGE = 500;

/**
 * Deletes snapshots that were taken to clone a volume and outlived their request: those whose clone is up, which needs
 * them no more, and those of requests that nobody has repeated for a day. A clone that begins just then is refused or
 * takes another. `now` is in milliseconds since the epoch.
 */
export async function sweepPassing(
  backend: Pick<Backend, 'listSnapshots' | 'find' | 'deleteSnapshot'>,
  now: number,
  call: Call,
): Promise<void> {
  for (let after = '', more = true; more; ) {
    const query = { key: KEYS.format, value: FORMAT, source: undefined, after, limit: PAGE };
    const page = await backend.listSnapshots(query, call);
    for (const snapshot of page.snapshots) {
      if (await isLeftOver(backend, snapshot, now, call)) await remove(backend, snapshot, call);
    }
    after = page.snapshots.at(-1)?.name ?? '';
    more = page.more && after !== '';
  }
}

/** One that cannot be deleted keeps no other from it. */
async function remove(
  backend: Pick<Backend, 'deleteSnapshot'>,
  { name }: Snapshot,
  call: Call,
): Promise<void> {
  log.info({ snapshot: name }, 'deleting the snapshot of a clone request that has ended');
  try {
    await backend.deleteSnapshot(name, call);
  } catch (error) {
    if (!isFault(error) || call.signal.aborted) throw error;
    log.warn({ snapshot: name, reason: error.message }, 'the snapshot of a clone request is not deleted yet');
  }
}

async function isLeftOver(
  backend: Pick<Backend, 'find'>,
  { metadata, created }: Snapshot,
  now: number,
  call: Call,
): Promise<boolean> {
  const clone = metadata[KEYS.madeFor];
  // Some of glusterd2's do not tell their time, and seem to be of the beginning of all.
  if (clone === undefined || metadata[KEYS.owner] !== undefined || created.getTime() === 0) return false;
  const ageMs = now - created.getTime();
  if (ageMs > FORGOTTEN_MS) return true;
  if (ageMs < ENDED_MS || !isVolumeName(clone)) return false;
  const volume = await backend.find(clone, call);
  return volume !== undefined && volume.state !== 'Created';
}

/** Sweeps all clusters every hour, beginning some minutes after the start. */
export function startPassingSweep(clusters: Clusters): { stop(): Promise<void> } {
  const stopped = new AbortController();
  let running = Promise.resolve();
  let timer = setTimeout(next, FIRST_MS).unref();

  function next(): void {
    running = round();
  }

  async function round(): Promise<void> {
    for (const [cluster, backend] of clusters) {
      using limit = limitTime(stopped.signal, ROUND_MS);
      try {
        await sweepPassing(backend, Date.now(), { id: randomUUID(), signal: limit.signal });
      } catch (error) {
        if (stopped.signal.aborted) return;
        if (isFault(error))
          log.info({ cluster, reason: error.message }, 'snapshots of clone requests are looked at later');
        else log.error({ err: error, cluster }, 'looking at snapshots of clone requests failed');
      }
    }
    timer = setTimeout(next, EVERY_MS).unref();
  }

  return {
    async stop() {
      stopped.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
