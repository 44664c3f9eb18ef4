import { rmdir } from 'node:fs/promises';
import { Fault } from '../../../control/fault.ts';
import { run } from '../../../host/run.ts';
import { unmountPatiently } from '../../../host/unmount.ts';
import type { StoreContext } from '../store-context.ts';
import { readVolumes } from './groups.ts';
import { changeLvm } from './lvm-command.ts';
import { groupOf, RECORDS } from './names.ts';

const TIMEOUT_MS = 60_000;
const PATIENCE_MS = 5_000;
const LABEL_BYTES = 1024 * 1024;

/** Throws `wrong-state` while the group has more than its records: nobody's logical volume is removed with it. */
export async function requireOnlyRecords(device: string, disk: string): Promise<void> {
  const others = (await readVolumes(groupOf(device))).filter(({ name }) => name !== RECORDS);
  if (others[0] === undefined) return;
  throw new Fault(
    'wrong-state',
    `device ${disk} holds the logical volume ${groupOf(device)}/${others[0].name}; delete its volume or snapshot first`,
  );
}

/** Takes the group apart: the disk is blank again. The caller has removed the mark, and seen that only records are left. */
export async function removeGroup(store: StoreContext, device: string, disk: string): Promise<void> {
  const group = groupOf(device);
  await unmountPatiently(device, PATIENCE_MS);
  await rmdir(device);
  await store.step('remove-group');
  await changeLvm(['vgremove', '--yes', group], `remove the volume group ${group}`);
  await store.step('remove-label');
  await changeLvm(['pvremove', '--yes', disk], `remove LVM's label from ${disk}`);
  const args = ['--zeroout', '--offset', '0', '--length', String(LABEL_BYTES), disk];
  const { exitCode, stderr } = await run('blkdiscard', args, { timeoutMs: TIMEOUT_MS });
  if (exitCode !== 0)
    throw new Fault('uncertain', `the start of ${disk} could not be zeroed: ${stderr.trim()}`);
}
