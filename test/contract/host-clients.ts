import { expect } from 'chai';
import { call, faultOf } from './backend.ts';
import type { HostWork } from './host-subject.ts';

/** Of the suite for every Host: clients that live, hang and die, and what is asked of them. */
export function describeClients({ subject, at, newPath, newDirectory, mount, bind }: HostWork): void {
  describe('a client that died', () => {
    it('shows as dead at the mount and at its binds, at once', async () => {
      const source = await mount();
      const target = await bind(source, true);
      expect(await subject().host.probe(target, call())).to.equal('directory');
      await subject().setClient(source, 'killed');
      expect(await subject().host.probe(target, call())).to.equal('dead');
      expect(await subject().host.probe(source, call())).to.equal('dead');
      await faultOf('unreachable', subject().host.usage(target, call()));
    });

    it('leaves mounts that go away, and a place for a new mount', async () => {
      const source = await mount();
      const target = await bind(source, false);
      await subject().setClient(source, 'killed');
      await subject().host.unmount(target, call());
      await subject().host.removeDirectory(target, call());
      await subject().host.unmount(source, call());
      const again = { servers: subject().servers, volume: subject().volumes[0], target: source, options: [] };
      await subject().host.mountGluster(again, call());
      expect(await subject().host.probe(source, call())).to.equal('directory');
    });
  });

  describe('a client that lives', () => {
    it('without its servers is offline and not dead, and comes back', async () => {
      const [, volume] = subject().volumes;
      const target = await mount([], volume);
      await subject().setVolume(volume, 'stopped');
      try {
        expect(await subject().host.probe(target, call())).to.equal('offline');
        await faultOf('unreachable', subject().host.usage(target, call()));
      } finally {
        await subject().setVolume(volume, 'started');
      }
      await eventually(async () => (await subject().host.probe(target, call())) === 'directory');
    });

    it('and does not answer is hung and not dead, and stays mounted', async () => {
      const target = await mount();
      await subject().setClient(target, 'suspended');
      try {
        expect(await subject().host.probe(target, call())).to.equal('hung');
        await faultOf('timed-out', subject().host.usage(target, call()));
      } finally {
        await subject().setClient(target, 'resumed');
      }
      expect(await subject().host.probe(target, call())).to.equal('directory');
      expect((await at(target)).fsType).to.equal('fuse.glusterfs');
    });
  });

  describe('bricks', () => {
    it('are told of a volume and of a directory of it', async () => {
      const whole = await mount();
      expect(await subject().host.bricks(whole, call())).to.have.members(subject().bricks);
      await subject().host.makeDirectory(`${whole}/part`, call());
      const target = await newDirectory();
      const [volume] = subject().volumes;
      const part = { servers: subject().servers, volume, subdirectory: 'part', target, options: [] };
      await subject().host.mountGluster(part, call());
      expect(await subject().host.bricks(target, call())).to.have.members(subject().bricks);
    });

    it('are not told where nothing is mounted, or by a client that died or hangs', async () => {
      await faultOf('unreachable', subject().host.bricks(await newDirectory(), call()));
      const target = await mount();
      await subject().setClient(target, 'suspended');
      try {
        await faultOf('timed-out', subject().host.bricks(target, call()));
      } finally {
        await subject().setClient(target, 'resumed');
      }
      await subject().setClient(target, 'killed');
      await faultOf('unreachable', subject().host.bricks(target, call()));
    });
  });

  describe('usage', () => {
    it('tells bytes and inodes', async () => {
      const usage = await subject().host.usage(await mount(), call());
      expect(usage.totalBytes > 0n && usage.totalInodes > 0n).to.equal(true);
      expect(usage.usedBytes < usage.totalBytes && usage.freeInodes <= usage.totalInodes).to.equal(true);
      expect(usage.availableBytes <= usage.totalBytes - usage.usedBytes).to.equal(true);
    });

    it('of a path that does not exist is not found', async () => {
      await faultOf('not-found', subject().host.usage(newPath(), call()));
    });
  });
}

/** A brick that starts again is found by its clients within seconds. */
async function eventually(ask: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error('did not come back within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
