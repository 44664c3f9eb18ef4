import { randomUUID } from 'node:crypto';
import type { Call } from '../control/call.ts';
import { limitTime } from '../control/limit-time.ts';
import { setDevices } from '../telemetry/device-metrics.ts';
import { log } from '../telemetry/log.ts';
import type { StoredDevice } from './bricks/brick-store.ts';
import { deviceName } from './bricks/device-name.ts';
import { relieveDevices } from './bricks/relieve-devices.ts';
import { findCrossings, type KnownSpace } from './device-crossings.ts';
import type { VolumeDeps } from './volumes/deps.ts';

export interface DeviceWatchOptions {
  readonly devices: (call: Call) => Promise<readonly StoredDevice[]>;
  readonly notify: VolumeDeps['notify'];
  /** Milliseconds between looks at what is left on the file systems. */
  readonly tickMs?: number;
}

export interface DeviceWatch {
  stop(): Promise<void>;
}

const TICK_MS = 500;
/** Looks at bricks and snapshots too come once in so many ticks, and soon after a device was short. */
const TICKS_A_SURVEY = 120;
const TICKS_AFTER_SHORT = 20;
const SURVEY_MS = 60_000;

/**
 * Looks after this server's devices: tells their space to metrics, and in the log and the events once when one gets
 * short and when it is relieved; has a short one give back what it can.
 */
export function startDeviceWatch({ devices, notify, tickMs = TICK_MS }: DeviceWatchOptions): DeviceWatch {
  const stopped = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let seen: readonly StoredDevice[] = [];
  let known: KnownSpace = new Map();
  let ticksLeft = 0;
  let isInVain = false;

  async function survey(): Promise<void> {
    using limit = limitTime(stopped.signal, SURVEY_MS);
    seen = await devices({ id: randomUUID(), signal: limit.signal });
    setDevices(seen.map(toObservation));
    const found = findCrossings(known, seen);
    known = found.known;
    for (const { device, event, data } of found.crossings) {
      if (event === 'device.relieved') log.info({ device, ...data }, 'a device has enough space again');
      else log.warn({ device, ...data }, `a device is short of space: ${event}`);
      notify(event, data);
    }
  }

  async function tick(): Promise<void> {
    try {
      ticksLeft -= 1;
      if (ticksLeft <= 0) {
        await survey();
        ticksLeft = TICKS_A_SURVEY;
        isInVain = false;
      } else if (!isInVain) {
        const relief = await relieveDevices(seen);
        if (relief !== 'fine') ticksLeft = Math.min(ticksLeft, TICKS_AFTER_SHORT);
        // What others have taken cannot be given back: writers are not to be held up for it at every tick.
        isInVain = relief === 'short';
      }
    } catch (error) {
      if (!stopped.signal.aborted) log.warn({ err: error }, 'the devices cannot be looked at');
    }
    if (!stopped.signal.aborted) timer = setTimeout(next, tickMs).unref();
  }

  let running = tick();
  const next = () => {
    running = tick();
  };
  return {
    async stop() {
      stopped.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

function toObservation(device: StoredDevice) {
  const { snapshots, snapshotBytes, usedBytes, freeBytes, sizeBytes, availableBytes, owedBytes } = device;
  const bytes = {
    total: sizeBytes,
    bricks: usedBytes - snapshotBytes,
    snapshots: snapshotBytes,
    allocated: sizeBytes - availableBytes,
    owed: owedBytes,
    free: freeBytes,
  };
  return { device: deviceName(device), snapshots, bytes };
}
