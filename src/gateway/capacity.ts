import type { BrickLayout } from './brick-layout.ts';
import { brickBytes } from './brick-layout.ts';
import type { Provisioner } from './bricks/brick-store.ts';
import { type PlacementLimits, type PlacementServer, place } from './placement.ts';

export interface CapacityQuestion {
  readonly layout: BrickLayout;
  readonly provisioner: Provisioner;
  readonly limits: PlacementLimits;
  readonly averageFileBytes?: bigint;
  /** What a brick of so many bytes of data takes from its device's account. */
  readonly accountOf: (provisioner: Provisioner, dataBytes: bigint) => bigint;
}

/** glusterd2's least size of a volume. */
export const MIN_VOLUME_BYTES = 20n * 1024n * 1024n;
/** The answer is exact to this. */
const STEP = 1024n * 1024n;
/** Volumes that are tried one beside the other for the total; more would add little. */
const MAX_VOLUMES = 64;

/** The size of the largest volume that can be placed now, in bytes; 0 when not even the least one can. */
export function largestVolume(question: CapacityQuestion, servers: readonly PlacementServer[]): bigint {
  const fits = (size: bigint) => placeSize(question, size, servers) !== undefined;
  if (!fits(MIN_VOLUME_BYTES)) return 0n;
  let low = MIN_VOLUME_BYTES;
  let high = low + totalFree(servers) * BigInt(question.layout.data);
  while (high - low > STEP) {
    const middle = (low + high) / 2n;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return (low / STEP) * STEP;
}

/** What new volumes of the layout could have in all: the largest one, and the largest beside it, and so on. */
export function availableBytes(question: CapacityQuestion, servers: readonly PlacementServer[]): bigint {
  let left = servers;
  let total = 0n;
  for (let round = 0; round < MAX_VOLUMES; round += 1) {
    const size = largestVolume(question, left);
    if (size === 0n) break;
    total += size;
    left = without(left, question, size);
  }
  return total;
}

/** Where a volume of that size would lie. */
export function placeSize(question: CapacityQuestion, size: bigint, servers: readonly PlacementServer[]) {
  return place(
    {
      provisioner: question.provisioner,
      subvols: question.layout.subvols,
      brickBytes: accountsOf(question, size),
      limits: question.limits,
    },
    servers,
  );
}

function accountsOf(question: CapacityQuestion, size: bigint): readonly bigint[] {
  return brickBytes(question.layout, size, question.averageFileBytes).map((bytes) =>
    question.accountOf(question.provisioner, bytes),
  );
}

function without(
  servers: readonly PlacementServer[],
  question: CapacityQuestion,
  size: bigint,
): readonly PlacementServer[] {
  const accounts = accountsOf(question, size);
  const placed = placeSize(question, size, servers) ?? [];
  return servers.map((server) => ({
    ...server,
    devices: server.devices.map((device) => {
      const taken = placed
        .filter((brick) => brick.peerId === server.peerId && brick.device === device.path)
        .reduce((sum, brick) => sum + (accounts[brick.brick] ?? 0n), 0n);
      return { ...device, freeBytes: device.freeBytes - taken };
    }),
  }));
}

function totalFree(servers: readonly PlacementServer[]): bigint {
  return servers.flatMap(({ devices }) => devices).reduce((sum, { freeBytes }) => sum + freeBytes, 0n);
}
