import { stat } from 'node:fs/promises';
import { readGroupSpace, readVolumes } from './groups.ts';
import { groupOf, poolName } from './names.ts';

/** What a record of a brick or a snapshot promises in the pool of its family. */
export interface ThinPromise {
  readonly family: string;
  readonly accountBytes: bigint;
}

/** Size, space and identity of the volume group that a device is, as `readFileSystem` tells of a directory. */
export async function readGroupAccount(device: string) {
  const [space, { dev }] = await Promise.all([readGroupSpace(groupOf(device)), stat(device)]);
  return { id: dev, ...space };
}

/**
 * Bytes that pools have taken of what is promised in them. A pool that is larger than its promises, since a snapshot
 * was deleted, has taken no more than those: it gives nothing to other pools.
 */
export async function takenByPools(device: string, promises: readonly ThinPromise[]): Promise<bigint> {
  const promised = new Map<string, bigint>();
  for (const { family, accountBytes } of promises) {
    const name = poolName(family);
    promised.set(name, (promised.get(name) ?? 0n) + accountBytes);
  }
  return (await readVolumes(groupOf(device)))
    .map(({ name, bytes, metadataBytes }) => {
      const wanted = promised.get(name) ?? 0n;
      return bytes + metadataBytes < wanted ? bytes + metadataBytes : wanted;
    })
    .reduce((sum, bytes) => sum + bytes, 0n);
}
