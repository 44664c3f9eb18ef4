import type { StoredDevice } from './bricks/brick-store.ts';
import { deviceName } from './bricks/device-name.ts';
import { type DeviceSpace, describeSpace, isFilling, spaceOf } from './bricks/device-space.ts';
import type { EventName } from './event-ring.ts';

export interface Crossing {
  readonly device: string;
  readonly event: Extract<EventName, `device.${string}`>;
  /** What `GET /v1/events` and the log say of it. */
  readonly data: Readonly<Record<string, string>>;
}

/** Space by path of device, as last told. */
export type KnownSpace = ReadonlyMap<string, DeviceSpace>;

const EVENTS = {
  enough: 'device.relieved',
  filling: 'device.filling',
  overcommitted: 'device.overcommitted',
} as const;
/** Part of the file system, one in so many, that has to be left again until it counts as relieved. */
const RELIEVED_PART = 8n;

/** What is to be told of devices, once each time that one gets short or is relieved; and what is known then. */
export function findCrossings(
  known: KnownSpace,
  devices: readonly StoredDevice[],
): { readonly crossings: readonly Crossing[]; readonly known: KnownSpace } {
  const seen = devices.map((device) => ({ device, space: settledSpace(known.get(device.path), device) }));
  const crossings = seen
    .filter(({ device, space }) => space !== (known.get(device.path) ?? 'enough'))
    .map(({ device, space }) => toCrossing(device, space));
  return { crossings, known: new Map(seen.map(({ device, space }) => [device.path, space])) };
}

/** One that swings about the border is told of once. */
function settledSpace(before: DeviceSpace | undefined, device: StoredDevice): DeviceSpace {
  const space = spaceOf(device);
  const isBarely = space === 'enough' && isFilling(device, RELIEVED_PART);
  return isBarely && before !== undefined && before !== 'enough' ? 'filling' : space;
}

function toCrossing(device: StoredDevice, space: DeviceSpace): Crossing {
  const { availableBytes, owedBytes, snapshotBytes } = device;
  const name = deviceName(device);
  const reason = describeSpace(device);
  return {
    device: name,
    event: EVENTS[space],
    data: {
      device: name,
      'file-system-free': String(availableBytes),
      'owed-size': String(owedBytes),
      'snapshot-size': String(snapshotBytes),
      ...(reason === '' ? {} : { reason }),
    },
  };
}
