import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, checkpoint } from '../control/call.ts';
import type { Client } from './look.ts';
import type { Machine } from './machine.ts';

const END_MS = 5_000;
const LOOK_MS = 20;

/**
 * Takes away a client that is used nowhere any more: unmounted, its process ends by itself. One that was started by a
 * mounter which was killed, and has mounted nothing so far, is killed first. The caller has claimed it.
 */
export async function endClient(machine: Machine, client: Client, call: Call): Promise<void> {
  const { id, mountPoint, pid } = client;
  if (pid !== undefined && isStillborn(client)) await machine.killClient(pid, mountPoint);
  if (client.isMounted) await machine.unmount(mountPoint, call);
  if (pid !== undefined) await ended(machine, mountPoint, call);
  await machine.removeDirectory(id, call);
}

/** A process without a mount, now or ever. */
function isStillborn({ isMounted, device, record }: Client): boolean {
  return !isMounted && device === undefined && record?.device === undefined;
}

/**
 * The servers count a client until its process has ended, and refuse to delete its volume. One that goes on is used
 * in a namespace that outlived its pod; it ends with that.
 */
async function ended(machine: Machine, mountPoint: string, call: Call): Promise<void> {
  const end = performance.now() + END_MS;
  while ((await machine.clients()).has(mountPoint) && performance.now() < end) {
    checkpoint(call);
    await sleep(LOOK_MS);
  }
}
