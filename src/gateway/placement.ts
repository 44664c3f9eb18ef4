import type { Provisioner } from './bricks/brick-store.ts';

/** A server that could take bricks. */
export interface PlacementServer {
  readonly peerId: string;
  readonly host: string;
  readonly zone: string;
  readonly devices: readonly PlacementDevice[];
}
export interface PlacementDevice {
  readonly path: string;
  /** The disk that its volume group was made of. */
  readonly source?: string;
  readonly provisioner: Provisioner;
  readonly state: 'enabled' | 'disabled';
  readonly freeBytes: bigint;
  /** What of its space snapshots hold; not known of one that does not answer. */
  readonly snapshotBytes?: bigint;
}

export interface PlacementRequest {
  readonly provisioner: Provisioner;
  readonly subvols: number;
  /** Bytes that each brick of a set takes from its device's account, in brick order; the largest come first. */
  readonly brickBytes: readonly bigint[];
  /** Empty: all. Servers by peer id or host name. */
  readonly limits: PlacementLimits;
}
export interface PlacementLimits {
  readonly peers: readonly string[];
  readonly zones: readonly string[];
  readonly excludePeers: readonly string[];
  readonly excludeZones: readonly string[];
}

export interface PlacedBrick {
  readonly subvol: number;
  readonly brick: number;
  readonly peerId: string;
  readonly device: string;
}

export const NO_LIMITS: PlacementLimits = { peers: [], zones: [], excludePeers: [], excludeZones: [] };

/**
 * Chooses a device for each brick: never two bricks of a set on one server, distinct zones first, then the
 * server with the fewest bricks of this volume, then the device with the most unpromised space. Undefined when
 * it does not fit. Pure: the same question has the same answer.
 */
export function place(
  request: PlacementRequest,
  servers: readonly PlacementServer[],
): readonly PlacedBrick[] | undefined {
  const eligible = eligibleServers(request, servers);
  return tryPlace(request, eligible, true) ?? tryPlace(request, eligible, false);
}

/** The servers that the request's limits leave, whatever their space. */
export function eligibleServers(
  request: Pick<PlacementRequest, 'limits'>,
  servers: readonly PlacementServer[],
): readonly PlacementServer[] {
  const { peers, zones, excludePeers, excludeZones } = request.limits;
  const isNamed = (names: readonly string[], server: PlacementServer) =>
    names.includes(server.peerId) || names.includes(server.host);
  return servers.filter(
    (server) =>
      (peers.length === 0 || isNamed(peers, server)) &&
      (zones.length === 0 || zones.includes(server.zone)) &&
      !isNamed(excludePeers, server) &&
      !excludeZones.includes(server.zone),
  );
}

/** A device's space as this placement leaves it. */
interface Slot {
  readonly server: PlacementServer;
  readonly path: string;
  free: bigint;
}

function tryPlace(
  request: PlacementRequest,
  servers: readonly PlacementServer[],
  spreadZones: boolean,
): readonly PlacedBrick[] | undefined {
  const slots = toSlots(request.provisioner, servers);
  const load = new Map<string, number>();
  const placed: PlacedBrick[] = [];
  for (let subvol = 0; subvol < request.subvols; subvol += 1) {
    const used: PlacementServer[] = [];
    for (const [brick, bytes] of request.brickBytes.entries()) {
      const slot = choose(slots, bytes, { used, load, spreadZones });
      if (slot === undefined) return undefined;
      slot.free -= bytes;
      used.push(slot.server);
      load.set(slot.server.peerId, (load.get(slot.server.peerId) ?? 0) + 1);
      placed.push({ subvol, brick, peerId: slot.server.peerId, device: slot.path });
    }
  }
  return placed;
}

function toSlots(provisioner: Provisioner, servers: readonly PlacementServer[]): readonly Slot[] {
  return servers.flatMap((server) =>
    server.devices
      .filter((device) => device.provisioner === provisioner && device.state === 'enabled')
      .map(({ path, freeBytes }) => ({ server, path, free: freeBytes })),
  );
}

interface Choice {
  /** Servers of this set's bricks so far. */
  readonly used: readonly PlacementServer[];
  /** Bricks of this volume by peer id. */
  readonly load: ReadonlyMap<string, number>;
  readonly spreadZones: boolean;
}

function choose(slots: readonly Slot[], bytes: bigint, choice: Choice): Slot | undefined {
  const fitting = slots.filter((slot) => slot.free >= bytes && !choice.used.includes(slot.server));
  const zoneUse = (slot: Slot) => choice.used.filter(({ zone }) => zone === slot.server.zone).length;
  return fitting.toSorted((a, b) => {
    const byZone = choice.spreadZones ? zoneUse(a) - zoneUse(b) : 0;
    const byLoad = choice.spreadZones ? loadOf(a, choice) - loadOf(b, choice) : 0;
    return byZone || byLoad || compareBytes(b.free, a.free) || (a.server.peerId < b.server.peerId ? -1 : 1);
  })[0];
}

function loadOf(slot: Slot, choice: Choice): number {
  return choice.load.get(slot.server.peerId) ?? 0;
}

function compareBytes(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
