import { randomUUID } from 'node:crypto';
import type { Call } from '../control/call.ts';
import { isFault } from '../control/fault.ts';
import { log } from '../telemetry/log.ts';
import type { BrickStore } from './bricks/brick-store.ts';
import { reviveBricks } from './revive-bricks.ts';
import { sweep } from './sweep.ts';
import type { VolumeDeps } from './volumes/deps.ts';

const SWEEP_EVERY_MS = 10 * 60_000;
/** glusterd may come up after the gateway. */
const RETRY_MS = 15_000;
const ROUND_MS = 5 * 60_000;

export interface Housekeeping {
  /** Ends the round that is under way, and the timer. */
  stop(): Promise<void>;
}

/**
 * What a gateway does unasked on its own server: mounts bricks and starts those that are down (once, repeated
 * until glusterd answers), then sweeps every ten minutes. A round that fails is logged and repeated.
 */
export function startHousekeeping(deps: VolumeDeps, store: BrickStore): Housekeeping {
  const stopped = new AbortController();
  let isUp = false;
  let timer: NodeJS.Timeout | undefined;
  const round = async () => {
    const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(ROUND_MS)]);
    const call = { id: randomUUID(), signal };
    try {
      if (!isUp) await bringUp(deps, store, call);
      isUp = true;
      await sweep(deps, store, call);
    } catch (error) {
      if (stopped.signal.aborted) return;
      if (isFault(error)) log.warn({ err: error }, 'housekeeping will be tried again');
      else log.error({ err: error }, 'housekeeping failed');
    }
    if (!stopped.signal.aborted) timer = setTimeout(next, isUp ? SWEEP_EVERY_MS : RETRY_MS).unref();
  };
  let running = round();
  const next = () => {
    running = round();
  };
  return {
    async stop() {
      stopped.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

async function bringUp(deps: VolumeDeps, store: BrickStore, call: Call): Promise<void> {
  const failed = await store.mountAll(call);
  if (failed.length > 0) log.warn({ bricks: failed }, 'bricks could not be mounted');
  await reviveBricks(deps.gluster, await deps.pool.selfId(call), call);
}
