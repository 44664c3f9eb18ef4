import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, checkpoint } from '../control/call.ts';
import type { Client } from './look.ts';
import type { Machine } from './machine.ts';

const END_MS = 5_000;
const LOOK_MS = 20;

/**
 * Takes away a client that is mounted nowhere any more but at its own mount point: once that is unmounted, its process
 * ends by itself, after the last file that is open on it is closed. Only one that was started by a mounter which was
 * killed, and has mounted nothing so far, is killed. The caller has claimed it.
 */
export async function endClient(machine: Machine, client: Client, call: Call): Promise<void> {
  const { id, mountPoint, pid } = client;
  if (pid !== undefined && isStillborn(client)) await machine.killClient(pid, mountPoint);
  if (client.isMounted) {
    await recordDevice(machine, client);
    await machine.unmount(mountPoint, call);
  }
  await machine.removeDirectory(id, call);
}

/**
 * Waits until its process has ended: so long the servers count a client, and refuse to delete its volume. One that
 * goes on is used in a namespace that outlived its pod; it ends with that.
 */
export async function clientEnded(machine: Machine, { mountPoint }: Client, call: Call): Promise<void> {
  const end = performance.now() + END_MS;
  while ((await machine.clients()).has(mountPoint) && performance.now() < end) {
    checkpoint(call);
    await sleep(LOOK_MS);
  }
}

/**
 * Writes down, before it is used or unmounted, what the mounter that started it did not come to write down: without
 * it, a client whose mounts are gone and whose files are open looks like one that has not mounted yet.
 */
export async function recordDevice(machine: Machine, { id, record, device }: Client): Promise<void> {
  if (record === undefined || device === undefined || record.device === device) return;
  await machine.writeRecord(id, { ...record, device });
}

/** A process without a mount, now or ever. Without a record that cannot be told. */
function isStillborn({ isMounted, device, record }: Client): boolean {
  return !isMounted && device === undefined && record !== undefined && record.device === undefined;
}
