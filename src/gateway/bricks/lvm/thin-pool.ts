import { familyOf } from '../family.ts';
import { snapshotsOn } from '../snapshots-on.ts';
import { findBricks } from '../survey.ts';
import { findVolume } from './groups.ts';
import { changeLvm } from './lvm-command.ts';
import { groupOf, poolName } from './names.ts';
import { poolBytes } from './thin-size.ts';

/**
 * Brings the pool of a family to what its records promise: made when there is none, grown when it is smaller. A pool
 * never shrinks. The caller holds the group's turn. Throws `exhausted`.
 */
export async function fitPool(device: string, family: string): Promise<void> {
  const group = groupOf(device);
  const name = poolName(family);
  const { data, metadata } = poolBytes(await accountsOf(device, family));
  const pool = await findVolume(group, name);
  if (pool === undefined) return createPool(group, name, { data, metadata });
  const path = `${group}/${name}`;
  if (pool.metadataBytes < metadata)
    await changeLvm(['lvextend', '--poolmetadatasize', `${metadata}b`, path], `grow the metadata of ${path}`);
  if (pool.bytes < data) await changeLvm(['lvextend', '--size', `${data}b`, path], `grow ${path}`);
}

async function accountsOf(device: string, family: string): Promise<readonly bigint[]> {
  const [{ bricks }, { snapshots }] = await Promise.all([findBricks(device), snapshotsOn(device)]);
  return [
    ...bricks.filter((brick) => familyOf(brick) === family),
    ...snapshots.filter((snapshot) => snapshot.family === family),
  ].map(({ accountBytes }) => accountBytes);
}

/**
 * Chunks of 64 KiB: a small write after a snapshot copies no more. Not zeroed: XFS reads nothing that it has not
 * written. A pool that were full would answer at once, not hold all writers for a minute. No spare for repair: it
 * would be as large as the largest pool's metadata, and is made from free space when it is needed.
 */
async function createPool(
  group: string,
  name: string,
  { data, metadata }: { readonly data: bigint; readonly metadata: bigint },
): Promise<void> {
  const size = ['--size', `${data}b`, '--poolmetadatasize', `${metadata}b`, '--poolmetadataspare', 'n'];
  const form = ['--chunksize', '64k', '--zero', 'n', '--errorwhenfull', 'y', '--discards', 'passdown'];
  await changeLvm(
    ['lvcreate', '--yes', ...size, ...form, '--thinpool', name, group],
    `make the thin pool ${group}/${name}`,
  );
}
