import { stat } from 'node:fs/promises';
import { type LogicalVolume, readGroup } from './groups.ts';
import { groupOf, poolName } from './names.ts';

/** What a record of a brick or a snapshot promises in the pool of its family. */
export interface ThinPromise {
  readonly family: string;
  readonly accountBytes: bigint;
}

/** Size, space and identity of the volume group that a device is, as `readFileSystem` tells of a directory, and what lies in it. */
export async function readGroupAccount(device: string) {
  const [group, { dev }] = await Promise.all([readGroup(groupOf(device)), stat(device)]);
  return { id: dev, ...group };
}

/**
 * Bytes that pools have taken of what is promised in them. A pool that is larger than its promises, since a snapshot
 * was deleted, has taken no more than those: it gives nothing to other pools.
 */
export function takenByPools(volumes: readonly LogicalVolume[], promises: readonly ThinPromise[]): bigint {
  const promised = new Map<string, bigint>();
  for (const { family, accountBytes } of promises) {
    const name = poolName(family);
    promised.set(name, (promised.get(name) ?? 0n) + accountBytes);
  }
  return volumes
    .map(({ name, bytes, metadataBytes }) => {
      const wanted = promised.get(name) ?? 0n;
      return bytes + metadataBytes < wanted ? bytes + metadataBytes : wanted;
    })
    .reduce((sum, bytes) => sum + bytes, 0n);
}
