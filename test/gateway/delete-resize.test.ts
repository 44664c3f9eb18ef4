import { expect } from 'chai';
import { sweep } from '../../src/gateway/sweep.ts';
import { deleteVolume } from '../../src/gateway/volumes/delete-volume.ts';
import { resizeVolume } from '../../src/gateway/volumes/resize-volume.ts';
import { call, faultOf, GIB, withEveryAccident, withVolume } from '../fakes/accidents.ts';
import { MemoryServers } from '../fakes/memory-servers.ts';

describe('gateway: delete', () => {
  it('leaves nothing whatever step fails or dies, once it is repeated', async () => {
    const steps = await withEveryAccident(
      withVolume,
      (deps) => deleteVolume(deps, 'v1', call()),
      async (servers) => expect(servers.summary()).to.deep.equal({ volumes: [], bricks: [] }) && undefined,
    );
    expect(steps).to.be.greaterThan(8);
  });

  it('refuses while clients are connected, naming their kind and number', async () => {
    const servers = await withVolume();
    servers.pool.clients.set('v1', [{ kind: 'fuse', count: 2 }]);
    const before = servers.summary();
    const fault = await faultOf(deleteVolume(servers.coordinator(0).deps, 'v1', call()));
    expect(fault.kind).to.equal('wrong-state');
    expect(fault.message).to.include('2 fuse');
    expect(servers.summary()).to.deep.equal(before);
  });

  it('refuses before it stops anything when a server with bricks is down', async () => {
    const servers = await withVolume();
    servers.pool.peerOf('s3').connected = false;
    const fault = await faultOf(deleteVolume(servers.coordinator(0).deps, 'v1', call()));
    expect(fault.kind).to.equal('unreachable');
    expect(fault.message).to.include('s3');
    expect(servers.pool.get('v1').state).to.equal('Started');
  });

  it('refuses when a server keeps a used brick of the name that the volume does not list', async () => {
    const servers = await withVolume();
    const store = servers.at(0).bricks;
    const [brick] = store.stored.values();
    if (brick !== undefined)
      store.stored.set('v1.9.9', { ...brick, path: '/srv/dev/other', subvol: 9, brick: 9 });
    const fault = await faultOf(deleteVolume(servers.coordinator(0).deps, 'v1', call()));
    expect(fault.kind).to.equal('wrong-state');
    expect(fault.message).to.include('/srv/dev/other');
  });

  it('says that there was nothing when there was nothing', async () => {
    const { deps } = new MemoryServers(3).coordinator(0);
    expect(await deleteVolume(deps, 'v1', call())).to.equal(false);
  });

  it('clears what an interrupted delete left, also by the sweep alone', async () => {
    const servers = await withVolume();
    for (const { bricks } of servers.servers) await bricks.markDeleting('v1');
    servers.pool.volumes.clear();
    await sweep(servers.coordinator(0).deps, servers.at(0).bricks, call());
    expect(servers.at(0).bricks.stored.size).to.equal(0);
    expect(await deleteVolume(servers.coordinator(1).deps, 'v1', call())).to.equal(true);
    expect(servers.summary().bricks).to.deep.equal([]);
  });
});

describe('gateway: resize', () => {
  it('reaches the size whatever step fails or dies, once it is repeated', async () => {
    await withEveryAccident(
      withVolume,
      (deps) => resizeVolume(deps, 'v1', () => 2n * GIB, call()),
      async (servers) => {
        const { volumes, bricks } = servers.summary();
        expect(bricks.every((brick) => brick.endsWith(` used ${2n * GIB}`))).to.equal(true);
        expect(volumes[0]?.options['user.gluster-csi']).to.include(`"capacity":${2n * GIB}`);
        expect(volumes[0]?.options['user.gluster-csi']).to.include('"owner":"me"');
      },
    );
  });

  it('never shrinks, and large enough already is success without a command that changes', async () => {
    const servers = await withVolume(2n * GIB);
    const before = servers.summary();
    servers.pool.commands.length = 0;
    await resizeVolume(servers.coordinator(0).deps, 'v1', () => GIB, call());
    expect(servers.pool.commands).to.deep.equal(['volume info']);
    expect(servers.summary()).to.deep.equal(before);
  });

  it('grows nothing when one server has too little room', async () => {
    const servers = await withVolume();
    servers.at(2).bricks.put('/srv/dev', 2n * GIB);
    const before = servers.summary();
    const fault = await faultOf(resizeVolume(servers.coordinator(0).deps, 'v1', () => 5n * GIB, call()));
    expect(fault.kind).to.equal('exhausted');
    expect(fault.message).to.include('s3');
    expect(servers.summary()).to.deep.equal(before);
  });

  it('refuses a volume that was not made by size', async () => {
    const servers = await withVolume();
    const { deps } = servers.coordinator(0);
    await deps.gluster.set('v1', { 'user.gluster-csi': '{"v":1,"metadata":{}}' }, call());
    const fault = await faultOf(resizeVolume(deps, 'v1', () => 2n * GIB, call()));
    expect(fault.kind).to.equal('wrong-state');
  });
});
