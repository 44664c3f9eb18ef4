import type { Capacity } from '../volumes/backend.ts';
import type { Layout, VolumeClass } from '../volumes/spec.ts';
import type { Device } from './device-wire.ts';
import type { Peer } from './wire.ts';

/**
 * What glusterd2's devices could take of a class, from their free bytes. Optimistic: file systems and thin
 * pools take their part, an arbiter brick is not counted, and for `loop` glusterd2 gives the size of the whole
 * file system less its own bricks as free, whatever else fills it.
 */
export function toCapacity(
  devices: readonly Device[],
  peers: readonly Peer[],
  volumeClass: VolumeClass,
): Capacity {
  const zones = toZones(devices, peers, volumeClass);
  const { bricks, copies, data } = toSet(volumeClass.layout);
  if (zones.length < bricks) return { availableBytes: 0n, maximumVolumeBytes: 0n };
  const sets = BigInt(volumeClass.layout.distribute);
  return {
    availableBytes: toMostBytes(zones.map(sum), copies) * data,
    maximumVolumeBytes: toLargestBrick(zones, copies, sets) * data * sets,
  };
}

/** Free bytes of the devices that may be used, by zone: no two bricks of a set share one. */
function toZones(devices: readonly Device[], peers: readonly Peer[], volumeClass: VolumeClass): bigint[][] {
  const zoneOf = new Map(
    peers.filter((peer) => peer.online).map((peer) => [peer.id, peer.metadata['_zone'] ?? peer.id]),
  );
  const usable = devices.filter(
    (device) => device.state === 'enabled' && device.provisioner === volumeClass.brickType,
  );
  const zones = Map.groupBy(usable, (device) => zoneOf.get(device['peer-id']));
  return [...zones]
    .filter(([zone]) => zone !== undefined && isAllowed(zone, volumeClass.zones))
    .map(([, members]) => members.map((device) => device['free-size']));
}

function isAllowed(zone: string, zones: readonly string[]): boolean {
  return zones.length === 0 || zones.includes(zone);
}

/** Of one set: how many zones it needs, how many bricks of full size, how many of them hold data of their own. */
function toSet(layout: Layout): { bricks: number; copies: number; data: bigint } {
  switch (layout.kind) {
    case 'plain':
      return { bricks: 1, copies: 1, data: 1n };
    case 'replica':
      return { bricks: layout.copies, copies: layout.copies, data: 1n };
    case 'arbiter':
      return { bricks: 3, copies: 2, data: 1n };
    case 'disperse': {
      const bricks = layout.data + layout.redundancy;
      return { bricks, copies: bricks, data: BigInt(layout.data) };
    }
    default:
      return layout satisfies never;
  }
}

/**
 * The most bytes that can lie in `copies` zones each at once: for every j, what is left without the j largest
 * zones has to hold the other copies - j.
 */
function toMostBytes(zones: readonly bigint[], copies: number): bigint {
  const sorted = zones.toSorted((a, b) => (a < b ? 1 : -1));
  const bounds = Array.from({ length: copies }, (_, j) => sum(sorted.slice(j)) / BigInt(copies - j));
  return bounds.reduce((least, bound) => (bound < least ? bound : least));
}

/** The largest brick size at which `sets` sets fit, each brick on one device, each set once in a zone. */
function toLargestBrick(zones: readonly (readonly bigint[])[], copies: number, sets: bigint): bigint {
  const fits = (size: bigint) => {
    const places = zones.map((devices) => min(sets, sum(devices.map((free) => free / size))));
    return sum(places) >= BigInt(copies) * sets;
  };
  let low = 0n;
  let high = zones.flat().reduce((most, free) => (free > most ? free : most), 0n);
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (fits(middle)) low = middle;
    else high = middle - 1n;
  }
  return low;
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
