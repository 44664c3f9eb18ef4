import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { brickBytes } from '../brick-layout.ts';
import type { SnapshotFacts } from '../bricks/snapshot-store.ts';
import type { Gluster } from '../gluster-cli/gluster.ts';
import { onAll } from '../peers/on-all.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { readRecord } from '../volume-record.ts';
import { toLayout } from './clone-layout.ts';

/** From the first brick that grows to the volume's new size: so long a resize may take. */
const GROW_MS = 5_000;
const LOOK_MS = 500;

/**
 * Throws `busy` when the volume is being resized by another gateway: its bricks are prepared at a size that it does not
 * promise yet. Bricks that stay larger are what a resize left that failed; they do no harm. A brick that grows later
 * is refused when its image is taken.
 */
export async function requireOneSize(
  gluster: Pick<Gluster, 'volume'>,
  servers: readonly StorageServer[],
  { snapshot, volume, capacity, counts }: SnapshotFacts,
  call: Call,
): Promise<void> {
  const wanted = brickBytes(toLayout(counts), capacity);
  const parts = (await onAll(servers, (server) => server.snapshots.find({ snapshot }, call))).flat();
  if (parts.every(({ brick, dataBytes }) => dataBytes <= (wanted[brick] ?? capacity))) return;
  const end = performance.now() + GROW_MS;
  while (performance.now() < end) {
    checkpoint(call);
    const now = await gluster.volume(volume, call);
    if (now === undefined || readRecord(now)?.capacity !== capacity)
      throw new Fault('busy', `volume ${volume} is being resized; retry`);
    await sleep(LOOK_MS);
  }
}
