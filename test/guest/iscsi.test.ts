import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { command } from '../pool/lab/command.ts';
import { until } from '../pool/lab/until.ts';

const TARGET = 'iqn.2026-11.org.gluster-csi:smoke';
const INITIATOR = 'iqn.2026-11.org.gluster-csi:guest';
const PORTALS = ['127.0.0.1:3260', '127.0.0.2:3260'];
const USER = 'smoke';
const PASSWORD = 'twelve-letters';
const MODULES = [
  'target_core_file',
  'iscsi_target_mod',
  'iscsi_tcp',
  'sd_mod',
  'dm-multipath',
  'dm-service-time',
];

describe('the guest kernel: iscsi', () => {
  const resources = new AsyncDisposableStack();
  after(() => resources.disposeAsync());

  it('reaches one disk of a target by two paths, with CHAP, and writes it through multipath', async () => {
    await startDaemons();
    await exportDisk();
    await command(['iscsiadm', '-m', 'discovery', '-t', 'sendtargets', '-p', PORTALS[0] ?? '']);
    resources.defer(async () => void (await command([...NODE, '-u'])));
    for (const portal of PORTALS) await logIn(portal);

    const map = await multipathMap();
    await command(['mkfs.xfs', '-q', '-K', map]);
    await command(['mkdir', '/tmp/smoke-lun']);
    await command(['mount', map, '/tmp/smoke-lun']);
    await command(['dd', 'if=/dev/urandom', 'of=/tmp/smoke-lun/file', 'bs=1M', 'count=4', 'conv=fsync']);
    await command(['umount', '/tmp/smoke-lun']);
    await command(['multipath', '-f', map]);
    // On the target's side the file system lies in the file.
    expect((await command(['head', '-c', '4', '/tmp/smoke-lun.img'])).stdout).to.equal('XFSB');
  });

  async function startDaemons(): Promise<void> {
    await command(['modprobe', '--all', ...MODULES]);
    await command(['mount', '-t', 'configfs', 'configfs', '/sys/kernel/config']);
    await command(['mkdir', '-p', '/run/dbus', '/run/lock/iscsi']);
    await writeFile('/etc/iscsi/initiatorname.iscsi', `InitiatorName=${INITIATOR}\n`);
    await writeFile('/etc/multipath.conf', 'defaults {\n user_friendly_names yes\n find_multipaths no\n}\n');
    const daemons = [
      '/lib/systemd/systemd-udevd --daemon',
      'dbus-daemon --system --fork',
      'iscsid',
      'multipathd',
    ];
    for (const daemon of daemons) await command(daemon.split(' '));
    // The other tests' LVM makes its nodes alone.
    resources.defer(async () => void (await command(['udevadm', 'control', '--exit'])));
  }
});

const NODE = ['iscsiadm', '-m', 'node', '-T', TARGET];

/** A file as one disk behind two groups of the target, each with an address of its own. */
async function exportDisk(): Promise<void> {
  const groups = PORTALS.flatMap((portal, index) => {
    const group = `/iscsi/${TARGET}/tpg${index + 1}`;
    return [
      `${group}/luns create /backstores/fileio/disk`,
      `${group}/portals create ${portal.replace(':', ' ')}`,
      `${group} set attribute authentication=1 generate_node_acls=1 demo_mode_write_protect=0 cache_dynamic_acls=1`,
      `${group} set auth userid=${USER} password=${PASSWORD}`,
    ];
  });
  const lines = [
    'set global auto_add_default_portal=false',
    '/backstores/fileio create disk /tmp/smoke-lun.img 400M',
    `/iscsi create ${TARGET}`,
    `/iscsi/${TARGET} create tpg2`,
    ...groups,
    'exit',
  ];
  await command(['targetcli'], { input: `${lines.join('\n')}\n`, env: { HOME: '/root' } });
}

async function logIn(portal: string): Promise<void> {
  const auth = { authmethod: 'CHAP', username: USER, password: PASSWORD };
  for (const [key, value] of Object.entries(auth))
    await command([...NODE, '-p', portal, '-o', 'update', '-n', `node.session.auth.${key}`, '-v', value]);
  await command([...NODE, '-p', portal, '--login']);
}

/** The device node of the one map, once both paths of it are ready. */
async function multipathMap(): Promise<string> {
  let listed = '';
  await until('two paths', async () => {
    listed = (await command(['multipath', '-ll'])).stdout;
    return [...listed.matchAll(/active ready/g)].length === PORTALS.length;
  });
  return `/dev/mapper/${listed.split(' ')[0]}`;
}
