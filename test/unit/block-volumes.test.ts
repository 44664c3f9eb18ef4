import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { DISK_FILE } from '../../src/glusterd2/block-wire.ts';
import { sourceAddresses } from '../../src/host/source-addresses.ts';
import { placesOf } from '../../src/staging/block/block-volume.ts';
import { toLoopMount } from '../../src/staging/block/loop-mount.ts';
import { canBeHandle, formatBlockHandle, parseBlockHandle } from '../../src/volumes/block/block-handle.ts';
import { parseBlockMountFlags } from '../../src/volumes/block/block-mount-flags.ts';
import { formatNodeId, parseNodeId } from '../../src/volumes/block/node-id.ts';
import { parseClusterName, parseVolumeName } from '../../src/volumes/ids.ts';
import { faultOf } from '../contract/backend.ts';

const MOUNT = { id: 1, device: '7:5', target: '/t', options: ['rw'], superOptions: ['rw'] };

describe('block volumes: handles', () => {
  it('come back as they were', () => {
    const handle = {
      provider: 'virtblock' as const,
      cluster: parseClusterName('east'),
      hosting: parseVolumeName('block-0a1b2c3d'),
      name: parseVolumeName('pvc-1'),
    };
    expect(formatBlockHandle(handle)).to.equal('gl1:virtblock:east:block-0a1b2c3d/pvc-1');
    expect(parseBlockHandle(formatBlockHandle(handle))).to.deep.equal(handle);
    const overIscsi = { ...handle, provider: 'gluster-block' as const };
    expect(formatBlockHandle(overIscsi)).to.equal('gl1:block:east:gluster-block/block-0a1b2c3d/pvc-1');
    expect(parseBlockHandle(formatBlockHandle(overIscsi))).to.deep.equal(overIscsi);
    expect(canBeHandle(handle)).to.equal(true);
    expect(
      canBeHandle({
        ...handle,
        name: parseVolumeName('n'.repeat(72)),
        hosting: parseVolumeName('h'.repeat(60)),
      }),
    ).to.equal(false);
  });

  it('are nothing else', () => {
    for (const text of [
      '',
      'gl1:volume:east:h/n',
      'gl1:virtblock:east:h',
      'gl1:virtblock:east:h/',
      'gl1:virtblock:east:/n',
      'gl1:virtblock:east:h/n/m',
      'gl1:virtblock:east:h/..',
      'gl1:virtblock:East:h/n',
      'gl1:virtblock:east:h:i/n',
      'gl1:virtblock:east:all/n',
      'gl1:virtblock:east:lio/h/n',
      'gl1:block:east:h/n',
      'gl1:block:east:virtblock/h/n',
      'gl1:block:east:tcmu/h/n',
      'gl1:block:east:lio/h/n/m',
      `gl1:virtblock:east:${'h'.repeat(70)}/${'n'.repeat(70)}`,
    ]) {
      expect(parseBlockHandle(text), text).to.equal(undefined);
    }
  });
});

describe('block volumes: nodes', () => {
  it('have ids that come back as they were', () => {
    const node = { name: 'w-1.example.org', addresses: ['10.0.0.5', 'fd00::5'] };
    expect(formatNodeId(node)).to.equal('w-1.example.org@10.0.0.5,fd00::5');
    expect(parseNodeId(formatNodeId(node))).to.deep.equal(node);
    const initiator = 'iqn.1993-08.org.debian:01:8d3c';
    expect(formatNodeId({ ...node, initiator })).to.equal(`w-1.example.org@10.0.0.5,fd00::5@${initiator}`);
    expect(parseNodeId(formatNodeId({ ...node, initiator }))).to.deep.equal({ ...node, initiator });
  });

  it('have no other ids', () => {
    const many = Array.from({ length: 20 }, (_, i) => `2001:db8::${i}`).join(',');
    for (const text of [
      '',
      'n',
      'n@',
      '@10.0.0.1',
      'n@10.0.0',
      'n@10.0.0.1,',
      'n@10.0.0.1,10.0.0.1',
      'n@fe80::1%eth0',
      'a b@10.0.0.1',
      'a(b@10.0.0.1',
      'n@10.0.0.1@',
      'n@10.0.0.1@iqn.2026-11.x:a,b',
      'n@10.0.0.1@iqn.2026-11.x:a@b',
      `n@${many}`,
    ]) {
      expect(parseNodeId(text), text).to.equal(undefined);
    }
    expect(() => formatNodeId({ name: 'n', addresses: [] })).to.throw(Fault, /--node-id/);
  });

  it('have no address for servers that cannot be reached', async () => {
    expect(await sourceAddresses(['no-such-server.invalid'])).to.deep.equal([]);
  });

  it('are refused on a storage server, by each of its addresses', async () => {
    const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    const addresses = own.map(({ address }) => address).filter((one) => !one.startsWith('fe80:'));
    expect(addresses).to.include('127.0.0.1');
    for (const address of addresses) {
      const fault = await faultOf('wrong-state', sourceAddresses(['no-such-server.invalid', address]));
      expect(fault.message).to.include(`server ${address} (${address}) is this machine`);
    }
  });
});

describe('block volumes: mount flags', () => {
  it('are split, each once, and refused by name', () => {
    expect(parseBlockMountFlags(['noatime,nodev', 'noatime'])).to.deep.equal(['noatime', 'nodev']);
    for (const [flags, words] of [
      [['direct-io-mode=on'], /"direct-io-mode" is unknown; known are/],
      [['nosiud'], /did you mean "nosuid"/],
      [['uid=0'], /none takes a value/],
      [['dev'], /"dev" is unknown/],
      [['ro', 'rw'], /exclude each other/],
      [[''], /is unknown/],
    ] as const) {
      expect(() => parseBlockMountFlags(flags), flags.join()).to.throw(Fault, words);
    }
  });
});

describe('block volumes: what mountinfo shows', () => {
  it('of loop devices is told from everything else', () => {
    const xfs = { ...MOUNT, root: '/', fsType: 'xfs', source: '/dev/loop5' };
    expect(toLoopMount(xfs)).to.include({ loop: '/dev/loop5', fileSystem: 'xfs' });
    const node = { ...MOUNT, device: '0:6', root: '/loop5', fsType: 'devtmpfs', source: 'udev' };
    expect(toLoopMount(node)).to.include({ loop: '/dev/loop5', fileSystem: undefined });
    for (const other of [
      { ...xfs, root: '/sub' },
      { ...xfs, source: '/dev/sda1' },
      { ...xfs, fsType: 'btrfs' },
      { ...node, root: '/sda' },
      { ...node, fsType: 'ext4' },
      { ...MOUNT, root: '/', fsType: 'fuse.glusterfs', source: 'g1:/h/n' },
    ]) {
      expect(toLoopMount(other)).to.equal(undefined);
    }
  });

  it('of one volume lies below its staging path', () => {
    for (const path of Object.values(placesOf('/s'))) expect(path).to.match(/^\/s\/[a-z]/);
    expect(placesOf('/s').disk).to.equal(`/s/client/${DISK_FILE}`);
  });
});
