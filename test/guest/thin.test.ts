import { expect } from 'chai';
import { command } from '../pool/lab/command.ts';

const GROUP = 'smoke';
const IMAGE = '/tmp/smoke.img';
const MOUNTS = { origin: '/tmp/smoke-origin', copy: '/tmp/smoke-copy' };

describe('the guest kernel: thin volumes', () => {
  const resources = new AsyncDisposableStack();
  after(() => resources.disposeAsync());

  it('keeps in a thin snapshot what is written over in the volume', async () => {
    await makePool();
    await command(['lvcreate', '--virtualsize', '512M', '--thin', `${GROUP}/pool`, '--name', 'origin']);
    await command(['mkfs.xfs', '-q', `/dev/${GROUP}/origin`]);
    await mount('origin');
    await write('/dev/zero');
    const before = await sum('origin');

    const snapshot = ['--snapshot', '--setactivationskip', 'n', '--name', 'copy', `${GROUP}/origin`];
    await command(['lvcreate', ...snapshot]);
    await write('/dev/urandom');
    await mount('copy');
    expect(await sum('copy')).to.equal(before);
    expect(await sum('origin')).not.to.equal(before);
  });

  async function makePool(): Promise<void> {
    await command(['truncate', '-s', '2G', IMAGE]);
    const { stdout } = await command(['losetup', '--find', '--show', IMAGE]);
    const disk = stdout.trim();
    resources.defer(async () => void (await command(['losetup', '--detach', disk])));
    await command(['vgcreate', GROUP, disk]);
    resources.defer(async () => void (await command(['vgremove', '--force', GROUP])));
    await command(['lvcreate', '--size', '1G', '--poolmetadatasize', '8M', '--thinpool', 'pool', GROUP]);
  }

  async function mount(name: keyof typeof MOUNTS): Promise<void> {
    await command(['mkdir', MOUNTS[name]]);
    await command(['mount', '-o', 'nouuid', `/dev/${GROUP}/${name}`, MOUNTS[name]]);
    resources.defer(async () => void (await command(['umount', MOUNTS[name]])));
  }
});

async function write(source: string): Promise<void> {
  const to = `of=${MOUNTS.origin}/file`;
  await command(['dd', `if=${source}`, to, 'bs=1M', 'count=8', 'conv=fsync']);
}

async function sum(name: keyof typeof MOUNTS): Promise<string | undefined> {
  return (await command(['sha256sum', `${MOUNTS[name]}/file`])).stdout.split(' ')[0];
}
