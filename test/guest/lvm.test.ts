import { expect } from 'chai';
import * as z from 'zod';
import { deviceList } from '../../src/glusterd2/device-wire.ts';
import { snapInfo } from '../../src/glusterd2/snapshot-wire.ts';
import { peerList, volumeInfo } from '../../src/glusterd2/wire.ts';
import { Lab } from '../pool/lab/lab.ts';
import { PATIENCE } from '../pool/lab/patience.ts';
import { SnapshotApi } from '../pool/snapshots/snapshot-api.ts';
import { type GuestDisks, groupsOn, makeGuestDisks, volumesOn } from './lvm/guest-disks.ts';

const MIB = 1024 ** 2;
const SIZE = 200 * MIB;
const DISK_BYTES = 6 * 1024 * MIB;
/** In each server, on its own /srv. */
const MOUNT_ROOT = '/srv/lvm';
const any = z.unknown();

/** The life of a volume on thin logical volumes, its snapshots made by Gluster itself. */
describe('lvm: life cycle', function () {
  this.timeout(300_000 * PATIENCE);
  let disks: GuestDisks;
  let lab: Lab;
  let api: SnapshotApi;
  before(async () => {
    disks = await makeGuestDisks(3, DISK_BYTES);
    lab = await Lab.up({ workers: 1, disksPerServer: 0 });
    const lvm = Object.fromEntries(
      lab.servers.map(({ name }, index) => [
        name,
        { disks: [disks.paths[index] ?? ''], mountRoot: MOUNT_ROOT },
      ]),
    );
    api = await SnapshotApi.on(lab, { lvm });
    const peers = await api.get('/v1/peers', peerList);
    for (const [index, { name }] of lab.servers.entries()) {
      const peer = peers.find((one) => one.name === name)?.id;
      await api.post(`/v1/devices/${peer}`, { device: disks.paths[index], provisioner: 'lvm' }, any);
    }
  });
  after(async () => {
    await api?.close();
    await lab?.down();
    await disks?.[Symbol.asyncDispose]();
  });

  async function refusalOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'nothing was refused',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  }

  const onWorker = (argv: readonly string[]) => lab.worker(1).must(argv);
  const write = (path: string, text: string) =>
    onWorker(['sh', '-c', 'printf %s "$0" > "$1" && sync "$1"', text, path]);
  const content = (path: string) => onWorker(['cat', path]);
  const clone = (snapshot: string, clonename: string) =>
    api.retried(() => api.post(`/v1/snapshots/${snapshot}/clone`, { clonename }, volumeInfo));

  it('lists disks as devices', async () => {
    const devices = await api.get('/v1/devices', deviceList);
    expect(devices.map(({ device }) => device).toSorted()).to.deep.equal([...disks.paths].toSorted());
    for (const one of devices)
      expect(one).to.include({ provisioner: 'lvm', state: 'enabled', 'device-used': false, 'used-size': 0n });
  });

  it('makes a volume by size, which can be written', async () => {
    await api.volume({ name: 'v1', size: SIZE, replica: 3, provisioner: 'lvm' });
    const at = await api.mount('v1');
    await write(`${at}/f`, 'before');
    const free = (await onWorker(['stat', '--file-system', '--format', '%a %S', at])).trim().split(' ');
    expect(Number(free[0]) * Number(free[1])).to.be.at.least(SIZE - MIB);
  });

  it('has Gluster take a snapshot, once', async () => {
    const wanted = { volname: 'v1', snapname: 's1', metadata: { owner: 'x' }, description: 'first' };
    const made = await api.retried(() => api.post('/v1/snapshots', wanted, snapInfo));
    expect(made).to.include({ parentname: 'v1', capacity: BigInt(SIZE), ready: true, description: 'first' });
    expect(made.metadata).to.deep.equal({ owner: 'x' });
    expect(await api.post('/v1/snapshots', wanted, snapInfo)).to.deep.equal(made);
    expect((await lab.server(1).mustGluster(['snapshot', 'list'])).trim()).to.equal('s1');
    await write('/run/mnt-v1/f', 'after');
  });

  it('refuses what Gluster cannot do, and a volume with snapshots stays', async () => {
    const client = await api.gateways.restClient(1);
    const call = { id: 'test', signal: AbortSignal.timeout(120_000 * PATIENCE) };
    const remove = { method: 'DELETE', path: '/v1/volumes/v1', reply: any, subject: 'v1' } as const;
    expect(await refusalOf(client.request(remove, call))).to.match(/as it has 1 snapshots/);
    expect(await content('/run/mnt-v1/f')).to.equal('after');
    const group = { name: 'g', members: [{ volname: 'v1', snapname: 's2' }] };
    expect(await refusalOf(api.post('/v1/snapshot-groups', group, any))).to.match(/needs loop bricks/);
    expect(await refusalOf(api.post('/v1/snapshots/s1/restore', {}, any))).to.match(/clone/);
  });

  it('comes back after a power cut, records and bricks before glusterd', async () => {
    await lab.server(2).powerCut();
    await api.gateways.bootServer(2);
    await api.expectHealed('v1');
  });

  it('clones it, and the clone is a volume like any other', async () => {
    await clone('s1', 'c1');
    const at = await api.mount('c1');
    expect(await content(`${at}/f`)).to.equal('before');
    await write(`${at}/f`, 'clone');
    await api.retried(() => api.post('/v1/volumes/c1/resize', { size: 1.5 * SIZE }, any));
    await onWorker(['dd', 'if=/dev/zero', `of=${at}/big`, 'bs=1M', 'count=280', 'conv=fsync']);
    expect(await content('/run/mnt-v1/f')).to.equal('after');
    await api.expectHealed('c1');
  });

  it('goes in any order once the snapshot is gone, and leaves nothing', async () => {
    await api.unmount('/run/mnt-v1');
    await api.delete('/v1/snapshots/s1');
    await api.delete('/v1/volumes/v1');
    expect(await content('/run/mnt-c1/f')).to.equal('clone');
    await api.unmount('/run/mnt-c1');
    await api.delete('/v1/volumes/c1');
    expect(await lab.server(1).mustGluster(['snapshot', 'list'])).to.match(/No snapshots/);
    expect(await volumesOn(disks.paths)).to.deep.equal(['records', 'records', 'records']);
    for (const server of lab.servers) {
      const mounts = await server.machine.must(['findmnt', '--raw', '--noheadings', '--output', 'TARGET']);
      const own = mounts.split('\n').filter((target) => target.startsWith(`${MOUNT_ROOT}/`));
      expect(own, server.name).to.have.length(1);
    }
  });

  it('gives the disks back blank', async () => {
    for (const { device, 'peer-id': peer } of await api.get('/v1/devices', deviceList))
      await api.delete(`/v1/devices/${peer}${device}`);
    expect(await groupsOn(disks.paths)).to.deep.equal([]);
  });
});
