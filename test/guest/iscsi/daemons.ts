import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { command } from '../../pool/lab/command.ts';

/** By which targets know the guest. */
export const INITIATOR = 'iqn.2026-11.org.gluster-csi:guest';
const MODULES = [
  'target_core_iblock',
  'iscsi_target_mod',
  'iscsi_tcp',
  'sd_mod',
  'dm-multipath',
  'dm-service-time',
];
const DAEMONS = [
  '/lib/systemd/systemd-udevd --daemon',
  'dbus-daemon --system --fork',
  'iscsid',
  'multipathd',
];
const CONFIGFS = '/sys/kernel/config/target';

/** What iSCSI needs on both sides, once for all tests of the guest, with multipath's own settings. */
export async function startDaemons(): Promise<void> {
  if (existsSync(CONFIGFS)) return;
  await command(['modprobe', '--all', ...MODULES]);
  await command(['mount', '-t', 'configfs', 'configfs', '/sys/kernel/config']);
  for (const folder of ['/run/dbus', '/run/lock/iscsi', `${CONFIGFS}/iscsi`]) {
    await mkdir(folder, { recursive: true });
  }
  await writeFile('/etc/iscsi/initiatorname.iscsi', `InitiatorName=${INITIATOR}\n`);
  for (const daemon of DAEMONS) await command(daemon.split(' '));
}

/** The other tests' LVM makes its nodes alone. */
export async function stopUdev(): Promise<void> {
  await command(['udevadm', 'control', '--exit']);
}
