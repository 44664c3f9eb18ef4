import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { run } from '../../../src/host/run.ts';
import { command } from '../../pool/lab/command.ts';
import { PATIENCE } from '../../pool/lab/patience.ts';

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
const DAEMONS = {
  'systemd-udevd': ['/lib/systemd/systemd-udevd', '--daemon'],
  'dbus-daemon': ['dbus-daemon', '--system', '--fork'],
  iscsid: ['iscsid'],
  multipathd: ['multipathd'],
};
const CONFIGFS = '/sys/kernel/config/target';

/** What iSCSI needs on both sides, with multipath's own settings; what runs already is left. */
export async function startDaemons(): Promise<void> {
  await command(['modprobe', '--all', ...MODULES]);
  if (!existsSync(CONFIGFS)) await command(['mount', '-t', 'configfs', 'configfs', '/sys/kernel/config']);
  for (const folder of ['/run/dbus', '/run/lock/iscsi', `${CONFIGFS}/iscsi`]) {
    await mkdir(folder, { recursive: true });
  }
  await writeFile('/etc/iscsi/initiatorname.iscsi', `InitiatorName=${INITIATOR}\n`);
  for (const name of Object.keys(DAEMONS) as (keyof typeof DAEMONS)[]) await startDaemon(name);
}

/** Running already is success. */
export async function startDaemon(name: keyof typeof DAEMONS): Promise<void> {
  const { exitCode } = await run('pidof', [name], { timeoutMs: 10_000 * PATIENCE });
  if (exitCode !== 0) await command(DAEMONS[name]);
}

/** The other tests' LVM makes its nodes alone. */
export async function stopUdev(): Promise<void> {
  await command(['udevadm', 'control', '--exit']);
}
