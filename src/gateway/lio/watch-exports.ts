import { randomUUID } from 'node:crypto';
import type { Call } from '../../control/call.ts';
import { isFault } from '../../control/fault.ts';
import { limitTime } from '../../control/limit-time.ts';
import { log } from '../../telemetry/log.ts';
import { hostingVolumes } from '../block/hosting.ts';
import { providerOf, readPublications } from '../block/publications.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord, readRecord } from '../volume-record.ts';
import { hasOwnBricks } from '../volumes/own-bricks.ts';
import type { ExporterDeps } from './deps.ts';
import { exportKey, serverTag } from './export-names.ts';
import { type Exporter, lockOf } from './exporter.ts';

/** A client that dies leaves its initiators with I/O errors. */
const LOOK_MS = 2_000;
const WHOLE_LOOK_MS = 60_000;
/** After one that failed, as while a server is down. */
const RETRY_MS = 10_000;
const ROUND_MS = 5 * 60_000;

export interface ExportWatch {
  stop(): Promise<void>;
}

/**
 * Keeps this server's exports as the records of the hosting volumes have them: builds those that are not there, as
 * after a boot, takes down those that were given to another server, and gives one whose client has died a new one
 * beneath its sessions. What fails is logged and tried again.
 */
export function startExportWatch(deps: ExporterDeps, exporter: Exporter): ExportWatch {
  const stopped = new AbortController();
  const tell = tellOnce();
  let timer: NodeJS.Timeout | undefined;
  let nextWhole = 0;
  let isFirst = true;
  let selfId: string | undefined;
  const attempt = async (call: Call) => {
    selfId ??= await deps.pool.selfId(call);
    if (performance.now() < nextWhole && (await deps.machine.dead(serverTag(selfId))).length === 0) return;
    nextWhole = performance.now() + RETRY_MS;
    await settleExports(deps, exporter, { selfId, isFirst }, call);
    nextWhole = performance.now() + WHOLE_LOOK_MS;
    isFirst = false;
    tell(undefined);
  };
  const look = async () => {
    using limit = limitTime(stopped.signal, ROUND_MS);
    await attempt({ id: randomUUID(), signal: limit.signal }).catch((error: unknown) => {
      if (!stopped.signal.aborted) tell(error);
    });
    if (!stopped.signal.aborted) timer = setTimeout(next, LOOK_MS).unref();
  };
  let running = look();
  const next = () => {
    running = look();
  };
  return {
    async stop() {
      stopped.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

/** A fault that comes again in every look is logged once. */
function tellOnce(): (error: unknown) => void {
  let said: string | undefined;
  return (error) => {
    const text = error === undefined ? undefined : String(error);
    if (error !== undefined && !isFault(error)) log.error({ err: error }, 'the look at exports failed');
    else if (text !== undefined && text !== said) log.warn({ err: error }, 'exports will be looked at again');
    said = text;
  };
}

/**
 * One look, see `startExportWatch`; the first one also goes over what seems whole, since this process's former self
 * may have died in any step. Throws the first fault after all that could be done has been done.
 */
async function settleExports(
  deps: ExporterDeps,
  exporter: Exporter,
  { selfId, isFirst }: { readonly selfId: string; readonly isFirst: boolean },
  call: Call,
): Promise<void> {
  const here = await deps.machine.list(serverTag(selfId), call);
  const all = await deps.gluster.volumes(call);
  // Of a pool without lio no more than this is asked.
  if (here.length === 0 && !all.some(mayBeOurs)) return;
  const own = await ownExports(deps, { selfId, all }, call);
  const faults: unknown[] = [];
  const attempt = async (work: () => Promise<unknown>) => {
    await work().catch((error: unknown) => {
      // Whoever works on it sees to it.
      if (!isFault(error, 'busy')) faults.push(error);
    });
  };
  for (const { key } of here) if (!own.has(key)) await attempt(() => closeLost(deps, key, selfId, call));
  for (const [key, ref] of own) {
    const isServed = here.some((one) => one.key === key && one.isWhole);
    if ((isFirst || !isServed) && exporter.isWanted(key)) await attempt(() => exporter.build(ref, call));
  }
  if (faults.length > 0) throw faults[0];
}

/** It hosts block volumes of lio, as far as its record tells; after a reset, or written by a newer gateway, it does not. */
function mayBeOurs(volume: GlusterVolume): boolean {
  const record = readRecord(volume);
  return record === undefined ? hasOwnBricks(volume) : providerOf(record) === 'lio';
}

/** Looked at again under its lock: it may have been given to this server meanwhile. */
async function closeLost(deps: ExporterDeps, key: string, selfId: string, call: Call): Promise<void> {
  using _lock = deps.locks.acquire(lockOf(key));
  const all = await deps.gluster.volumes(call);
  if (!(await ownExports(deps, { selfId, all }, call)).has(key))
    await deps.machine.close(key, { isLost: true }, call);
}

/**
 * By key: those that the records give to this server. Throws `wrong-state` for a record that cannot be read: its
 * exports would be taken for lost ones.
 */
async function ownExports(
  deps: ExporterDeps,
  { selfId, all }: { readonly selfId: string; readonly all: readonly GlusterVolume[] },
  call: Call,
) {
  const volumes = await hostingVolumes(deps, call);
  for (const volume of all) if (readRecord(volume) === undefined) getRecord(volume);
  return new Map(
    volumes.flatMap((volume) =>
      [...readPublications(getRecord(volume))]
        .filter(([, [exporter]]) => exporter?.node === selfId)
        .map(([name]) => [exportKey(volume, name, selfId), { volume: volume.name, name }] as const),
    ),
  );
}
