import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { NODE_CAPABILITIES, nodeServices } from '../../src/csi/node/node-service.ts';
import { csi } from '../../src/grpc/contract.ts';
import { MemoryHost } from '../fakes/memory-host.ts';
import { errorOf } from './controller-harness.ts';
import {
  capability,
  ID,
  type NodeHarness,
  OTHER_ID,
  STAGING,
  startNode,
  TARGET,
  TARGET_2,
} from './node-harness.ts';

describe('node', () => {
  let node: NodeHarness;
  beforeEach(async () => {
    node = await startNode();
  });
  afterEach(() => node[Symbol.asyncDispose]());

  const mountAt = async (target: string) =>
    (await node.host.mounts()).findLast((mount) => mount.target === target);
  const fails = async (work: Promise<unknown>, code: status, words: RegExp) => {
    const error = await errorOf(work);
    expect({ code: status[error.code], details: error.details }).to.deep.include({ code: status[code] });
    expect(error.details).to.match(words);
  };

  describe('tells', () => {
    it('its id, its limit and no topology', async () => {
      const limited = await startNode(7);
      const info = await limited.rpc('NodeGetInfo', {});
      await limited[Symbol.asyncDispose]();
      expect(info).to.deep.equal({ nodeId: 'node-1', maxVolumesPerNode: '7', accessibleTopology: null });
    });

    it('capabilities that it has the methods for', async () => {
      const { capabilities } = await node.rpc('NodeGetCapabilities', {});
      expect(capabilities.map((one) => one.rpc?.type)).to.deep.equal(NODE_CAPABILITIES);
      expect(NODE_CAPABILITIES).to.not.include('VOLUME_MOUNT_GROUP');
      const [, nodeService] = nodeServices({
        host: new MemoryHost([]),
        clusters: [],
        nodeId: 'n',
        maxVolumes: 0,
        driverName: 'd',
        version: 'v',
      });
      const served = nodeService?.methodNames ?? [];
      expect(Object.keys(csi.Node.service).filter((name) => !served.includes(name))).to.deep.equal([
        'NodeGetVolumeHealth',
        'NodeGetStorageHealth',
      ]);
    });
  });

  it('walks a volume through its life, each step twice, and leaves nothing', async () => {
    for (const _ of [1, 2]) await node.stage();
    for (const _ of [1, 2]) await node.publish();
    for (const _ of [1, 2]) await node.publish({ targetPath: TARGET_2, readonly: true });
    expect((await node.host.mounts()).map(({ target, source }) => [target, source])).to.deep.equal([
      [STAGING, 'g1:/one'],
      [TARGET, 'g1:/one'],
      [TARGET_2, 'g1:/one'],
    ]);
    expect((await mountAt(TARGET_2))?.options).to.include('ro');
    expect(node.host.clients).to.equal(1);
    for (const _ of [1, 2]) await node.unpublish();
    for (const _ of [1, 2]) await node.unpublish({ targetPath: TARGET_2 });
    for (const _ of [1, 2]) await node.unstage();
    expect(await node.host.mounts()).to.deep.equal([]);
    expect(node.host.paths).to.not.include.members([TARGET, TARGET_2]);
    expect(node.host.paths).to.include(STAGING);
  });

  describe('stage', () => {
    it('hands mount flags to the client, and is the same only with the same', async () => {
      const flagged = { volumeCapability: capability('MULTI_NODE_MULTI_WRITER', ['noexec', 'nosuid']) };
      await node.stage(flagged);
      await node.stage(flagged);
      expect((await mountAt(STAGING))?.options).to.include.members(['noexec', 'nosuid']);
      await fails(node.stage(), status.ALREADY_EXISTS, /staged otherwise: it is mounted with nosuid/);
      await fails(node.publish(), status.ALREADY_EXISTS, /staged otherwise/);
      await node.publish(flagged);
    });

    it('refuses a path that carries another volume, or something else', async () => {
      await node.stage();
      await fails(node.stage({ volumeId: OTHER_ID }), status.ALREADY_EXISTS, /carries g1:\/one/);
      node.host.mountOther('/kubelet/staging/tmp/globalmount');
      const elsewhere = { stagingTargetPath: '/kubelet/staging/tmp/globalmount' };
      await fails(node.stage(elsewhere), status.ALREADY_EXISTS, /carries tmpfs/);
    });

    it('does not take another cluster’s volume of the same name for its own', async () => {
      await node.stage();
      await fails(node.stage({ volumeId: 'gl1:volume:west:one' }), status.ALREADY_EXISTS, /carries g1:\/one/);
    });

    it('mounts anew where the client died, below a second dead one too', async () => {
      await node.stage();
      node.host.setClient(STAGING, 'dead');
      await node.host.bind(
        STAGING,
        STAGING,
        { readonly: false },
        { id: '', signal: AbortSignal.timeout(999) },
      );
      await node.stage();
      expect((await node.host.mounts()).length).to.equal(1);
      await node.publish();
    });

    it('leaves a mount alone that hangs or has lost its servers', async () => {
      await node.stage();
      const before = await node.host.mounts();
      node.host.setClient(STAGING, 'hung');
      await fails(node.stage(), status.DEADLINE_EXCEEDED, /does not answer/);
      node.host.setClient(STAGING, 'live');
      node.host.setVolume('one', 'stopped');
      await fails(node.stage(), status.UNAVAILABLE, /lost its servers/);
      expect(await node.host.mounts()).to.deep.equal(before);
    });

    it('says which clusters there are, and which volume is not', async () => {
      await fails(node.stage({ volumeId: 'gl1:volume:north:one' }), status.NOT_FOUND, /it has east, west/);
      await fails(node.stage({ volumeId: 'gl1:volume:east:ghost' }), status.NOT_FOUND, /ghost/);
      expect(await node.host.mounts()).to.deep.equal([]);
    });

    it('stages no more volumes than the node may carry, counting volumes and not mounts', async () => {
      const limited = await startNode(1);
      await limited.stage();
      await limited.publish();
      await limited.stage();
      const second = { volumeId: OTHER_ID, stagingTargetPath: '/kubelet/staging/two/globalmount' };
      await fails(limited.stage(second), status.RESOURCE_EXHAUSTED, /raise --max-volumes/);
      await limited.unpublish();
      await limited.unstage();
      await limited.stage(second);
      await limited[Symbol.asyncDispose]();
    });
  });

  describe('publish', () => {
    it('needs the volume to be staged there, and alive', async () => {
      await fails(node.publish(), status.FAILED_PRECONDITION, /is not staged at/);
      await node.stage();
      await fails(node.publish({ volumeId: OTHER_ID }), status.FAILED_PRECONDITION, /is not staged at/);
      node.host.setClient(STAGING, 'dead');
      await fails(node.publish(), status.UNAVAILABLE, /has died and is being replaced; retry/);
      node.host.setClient(STAGING, 'hung');
      await fails(node.publish(), status.DEADLINE_EXCEEDED, /does not answer/);
      expect(node.host.paths).to.not.include(TARGET);
    });

    for (const mode of ['SINGLE_NODE_READER_ONLY', 'MULTI_NODE_READER_ONLY'] as const) {
      it(`is read-only for ${mode}`, async () => {
        const request = { volumeCapability: capability(mode) };
        await node.stage(request);
        await node.publish(request);
        expect((await mountAt(TARGET))?.options).to.include('ro');
      });
    }

    it('refuses a target that is published otherwise, carries something else, or is a file', async () => {
      await node.stage();
      await node.publish();
      await fails(node.publish({ readonly: true }), status.ALREADY_EXISTS, /is published writable/);
      node.host.mountOther('/kubelet/pods/c/mount');
      await fails(
        node.publish({ targetPath: '/kubelet/pods/c/mount' }),
        status.ALREADY_EXISTS,
        /carries tmpfs/,
      );
      node.host.writeFile('/kubelet/file');
      await fails(node.publish({ targetPath: '/kubelet/file' }), status.ALREADY_EXISTS, /no directory/);
    });

    it('gives a single writer one target at a time, and others as many as they ask for', async () => {
      const single = { volumeCapability: capability('SINGLE_NODE_SINGLE_WRITER') };
      await node.stage(single);
      await node.publish(single);
      await node.publish(single);
      const second = { ...single, targetPath: TARGET_2 };
      await fails(node.publish(second), status.FAILED_PRECONDITION, /single writer and is published at/);
      await node.unpublish();
      await node.publish(second);
      await node.publish({ volumeCapability: capability('SINGLE_NODE_MULTI_WRITER') });
    });

    it('binds anew where the client of an earlier bind died', async () => {
      await node.stage();
      await node.publish();
      node.host.setClient(STAGING, 'dead');
      await node.stage();
      await node.publish();
      expect((await mountAt(TARGET))?.device).to.equal((await mountAt(STAGING))?.device);
      expect(node.host.clients).to.equal(1);
    });
  });

  describe('unpublish and unstage', () => {
    it('succeed where nothing is, and for an id that is none of ours', async () => {
      await node.unpublish();
      await node.unstage();
      await node.stage();
      await node.publish();
      await node.unpublish({ volumeId: 'vol-0123' });
      await node.unstage({ volumeId: 'vol-0123' });
      expect((await node.host.mounts()).length).to.equal(2);
    });

    it('succeed on dead and on hung mounts, and of clusters that are configured no more', async () => {
      for (const state of ['dead', 'hung'] as const) {
        await node.stage();
        await node.publish();
        node.host.setClient(STAGING, state);
        await node.unpublish({ volumeId: 'gl1:volume:gone:one' });
        await node.unstage({ volumeId: 'gl1:volume:gone:one' });
        expect(await node.host.mounts()).to.deep.equal([]);
        expect(node.host.paths).to.not.include(TARGET);
      }
    });

    it('take away all mounts of the volume that are stacked there', async () => {
      await node.stage();
      await node.publish();
      const call = { id: '', signal: AbortSignal.timeout(999) };
      await node.host.bind(STAGING, TARGET, { readonly: true }, call);
      await node.unpublish();
      expect(await mountAt(TARGET)).to.equal(undefined);
      await node.host.bind(STAGING, STAGING, { readonly: false }, call);
      await node.unstage();
      expect(await node.host.mounts()).to.deep.equal([]);
    });

    it('leave alone what is not the volume’s', async () => {
      node.host.mountOther(TARGET);
      await node.unpublish();
      await node.unstage({ stagingTargetPath: TARGET });
      expect((await mountAt(TARGET))?.fsType).to.equal('tmpfs');
      await node.stage();
      await node.unstage({ volumeId: OTHER_ID });
      expect((await mountAt(STAGING))?.source).to.equal('g1:/one');
      await node.publish({ targetPath: TARGET_2 });
      node.host.mountOther(TARGET_2);
      await fails(node.unpublish({ targetPath: TARGET_2 }), status.FAILED_PRECONDITION, /covered by tmpfs/);
    });

    it('keep a target that holds files', async () => {
      await node.stage();
      await node.publish();
      await node.unpublish();
      node.host.writeFile(`${TARGET}/left`);
      await fails(node.unpublish(), status.FAILED_PRECONDITION, /not empty/);
      expect(node.host.paths).to.include(`${TARGET}/left`);
    });
  });

  describe('stats and expand', () => {
    it('tell bytes and inodes of a published and of a staged volume', async () => {
      await node.stage();
      await node.publish();
      for (const volumePath of [TARGET, STAGING]) {
        const request = { volumeId: ID, volumePath, stagingTargetPath: STAGING };
        const { usage } = await node.rpc('NodeGetVolumeStats', request);
        expect(usage).to.deep.equal([
          { unit: 'BYTES', total: '1073741824', used: '4096', available: '1073737728' },
          { unit: 'INODES', total: '1000', used: '1', available: '999' },
        ]);
        const grown = await node.rpc('NodeExpandVolume', { volumeId: ID, volumePath });
        expect(grown.capacityBytes).to.equal('1073741824');
      }
    });

    for (const name of ['NodeGetVolumeStats', 'NodeExpandVolume'] as const) {
      it(`${name} finds neither a path without the volume nor a volume without an id of ours`, async () => {
        await node.stage();
        const asked = { volumeId: ID, volumePath: STAGING };
        await fails(node.rpc(name, { ...asked, volumePath: '/nowhere' }), status.NOT_FOUND, /is not mounted/);
        await fails(node.rpc(name, { ...asked, volumeId: OTHER_ID }), status.NOT_FOUND, /is not mounted/);
        await fails(node.rpc(name, { ...asked, volumeId: 'vol-1' }), status.NOT_FOUND, /is not known/);
      });

      it(`${name} says that a mount is dead or hangs`, async () => {
        await node.stage();
        const asked = { volumeId: ID, volumePath: STAGING };
        node.host.setClient(STAGING, 'dead');
        await fails(node.rpc(name, asked), status.UNAVAILABLE, /dead/);
        node.host.setClient(STAGING, 'hung');
        await fails(node.rpc(name, asked), status.DEADLINE_EXCEEDED, /does not answer/);
      });
    }
  });
});
