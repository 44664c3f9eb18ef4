import { randomUUID } from 'node:crypto';
import type { Call } from '../control/call.ts';
import { isFault } from '../control/fault.ts';
import { limitTime } from '../control/limit-time.ts';
import { log } from '../telemetry/log.ts';
import { sweepHosting } from './block/sweep-hosting.ts';
import type { BrickStore } from './bricks/brick-store.ts';
import type { SnapshotStore } from './bricks/snapshot-store.ts';
import { healRestored } from './heal-restored.ts';
import { keepRecords } from './keep-records.ts';
import { reviveBricks } from './revive-bricks.ts';
import type { BlockProviders } from './routes/routes.ts';
import { sweep } from './sweep.ts';
import { sweepNoting } from './sweep-noting.ts';
import { sweepRestores } from './sweep-restores.ts';
import { sweepSnapshots } from './sweep-snapshots.ts';
import type { VolumeDeps } from './volumes/deps.ts';

const SWEEP_EVERY_MS = 10 * 60_000;
/** glusterd may come up after the gateway. */
const RETRY_MS = 15_000;
/** Least time between rounds that requests ask for. */
const SOON_MS = 2_000;
const ROUND_MS = 5 * 60_000;

export interface Housekeeping {
  /** Does the next round within seconds, once however often it is asked. */
  soon(): void;
  /** Ends the round that is under way, and the timer. */
  stop(): Promise<void>;
}

/**
 * What a gateway does unasked: mounts its server's bricks and starts those that are down (once, repeated until
 * glusterd answers), then every ten minutes sweeps and sees to the volumes' records. A round that fails is logged
 * and repeated.
 */
export function startHousekeeping(
  deps: VolumeDeps,
  store: BrickStore,
  { snapshots, ...providers }: BlockProviders & { readonly snapshots?: SnapshotStore | undefined } = {},
): Housekeeping {
  const stopped = new AbortController();
  let isUp = false;
  let timer: NodeJS.Timeout | undefined;
  let isWanted = false;
  let isRunning = false;
  const schedule = () => {
    clearTimeout(timer);
    if (stopped.signal.aborted) return;
    timer = setTimeout(next, isUp ? (isWanted ? SOON_MS : SWEEP_EVERY_MS) : RETRY_MS).unref();
  };
  const round = async () => {
    isRunning = true;
    isWanted = false;
    using limit = limitTime(stopped.signal, ROUND_MS);
    const call = { id: randomUUID(), signal: limit.signal };
    try {
      if (!isUp) await bringUp(deps, store, call);
      isUp = true;
      await sweep(deps, store, call);
      await sweepSnapshots(deps, snapshots, call);
      await sweepNoting(deps, call);
      await sweepRestores(deps, store, call);
      await keepRecords(deps, store, call);
      await healRestored(deps, call);
      await sweepProviders(deps, providers, call);
    } catch (error) {
      if (stopped.signal.aborted) return;
      if (isFault(error)) log.warn({ err: error }, 'housekeeping will be tried again');
      else log.error({ err: error }, 'housekeeping failed');
    }
    isRunning = false;
    schedule();
  };
  let running = round();
  const next = () => {
    running = round();
  };
  return {
    soon() {
      if (isWanted) return;
      isWanted = true;
      if (!isRunning) schedule();
    },
    async stop() {
      stopped.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

async function sweepProviders(
  deps: VolumeDeps,
  { block, glusterBlock, lio }: BlockProviders,
  call: Call,
): Promise<void> {
  if (block !== undefined) await sweepHosting({ ...deps, ...block, provider: 'virtblock' }, call);
  if (glusterBlock !== undefined)
    await sweepHosting({ ...deps, ...glusterBlock, provider: 'gluster-block' }, call);
  if (lio !== undefined) await sweepHosting(lio, call);
}

async function bringUp(deps: VolumeDeps, store: BrickStore, call: Call): Promise<void> {
  const failed = await store.mountAll(call);
  if (failed.length > 0) log.warn({ bricks: failed }, 'bricks could not be mounted');
  await reviveBricks(deps.gluster, await deps.pool.selfId(call), call);
}
