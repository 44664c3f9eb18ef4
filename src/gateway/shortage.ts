import { Fault } from '../control/fault.ts';
import { brickBytes } from './brick-layout.ts';
import { deviceName } from './bricks/device-name.ts';
import { type CapacityQuestion, largestVolume, placeSize } from './capacity.ts';
import { eligibleServers, type PlacementServer } from './placement.ts';

export interface Unplaced {
  readonly volume: string;
  readonly size: bigint;
  readonly question: CapacityQuestion;
  readonly servers: readonly PlacementServer[];
  /** Servers that could not be asked or refused, and why. */
  readonly missing: readonly { readonly host: string; readonly reason: string }[];
}

/**
 * Why a volume cannot be placed: `unreachable` when too few servers are up and those that are down may have
 * the room, else `exhausted`; either way with the numbers and the names.
 */
export function shortage(unplaced: Unplaced): Fault {
  const { question, volume, size } = unplaced;
  // Whichever gateway says it, in the same words: the driver tells each distinct text once.
  const servers = unplaced.servers.toSorted(byHost);
  const missing = unplaced.missing.toSorted(byHost);
  const needed = question.layout.perSet;
  const bytes = brickBytes(question.layout, size, question.averageFileBytes)[0] ?? size;
  const account = question.accountOf(question.provisioner, bytes);
  const fitting = eligibleServers(question, servers).filter((server) => hasRoom(server, question, account));
  const isDown = missing.length > 0 && fitsWithMissing(unplaced, account);
  const sets = question.layout.subvols > 1 ? `, ${question.layout.subvols} times` : '';
  const text = [
    `volume ${volume} of ${size} bytes needs ${account} bytes on each of ${needed} servers${sets}`,
    `${fitting.length} have it${fitting.length === 0 ? '' : ` (${fitting.map(({ host }) => host).join(', ')})`}`,
    ...missing.map(({ host, reason }) => `${host} cannot be used: ${reason}`),
    ...disabled(servers, question),
    isDown ? 'bring the missing server back' : remedy(unplaced),
  ].join('; ');
  return new Fault(isDown ? 'unreachable' : 'exhausted', text);
}

function byHost(a: { readonly host: string }, b: { readonly host: string }): number {
  return Number(a.host > b.host) - Number(a.host < b.host);
}

function remedy({ question, servers }: Unplaced): string {
  const largest = largestVolume(question, servers);
  const held = servers
    .flatMap(({ devices }) => devices)
    .filter(({ provisioner }) => provisioner === question.provisioner)
    .reduce((sum, { snapshotBytes = 0n }) => sum + snapshotBytes, 0n);
  const others = held === 0n ? '' : `, or delete snapshots, which hold ${held} bytes of devices`;
  if (largest === 0n)
    return `no volume of this layout fits; add or enable a ${question.provisioner} device${others}`;
  return `the largest volume that fits has ${largest} bytes; ask for less, or add a ${question.provisioner} device${others}`;
}

/** With as much room on the missing servers as the volume could want, would it fit? */
function fitsWithMissing({ question, servers, missing, size }: Unplaced, account: bigint): boolean {
  const hopeful = missing.map(({ host }) => ({
    peerId: host,
    host,
    zone: question.limits.zones[0] ?? host,
    devices: [
      {
        path: '/',
        provisioner: question.provisioner,
        state: 'enabled' as const,
        freeBytes: account * BigInt(question.layout.subvols),
      },
    ],
  }));
  return placeSize(question, size, [...servers, ...hopeful]) !== undefined;
}

function hasRoom(server: PlacementServer, question: CapacityQuestion, account: bigint): boolean {
  return server.devices.some(
    (device) =>
      device.provisioner === question.provisioner &&
      device.state === 'enabled' &&
      device.freeBytes >= account,
  );
}

function disabled(servers: readonly PlacementServer[], question: CapacityQuestion): readonly string[] {
  return servers.flatMap((server) =>
    server.devices
      .filter((device) => device.state === 'disabled' && device.provisioner === question.provisioner)
      .map((device) => `${server.host}: device ${deviceName(device)} is disabled`),
  );
}
