import { expect } from 'chai';
import type { Machine } from '../../src/mounter/machine.ts';
import { createWatch } from '../../src/mounter/watch.ts';
import { OTHER_UID, stagingOf, targetOf, UID, World } from '../fakes/mounter-world.ts';

describe('the watch of clients', () => {
  it('counts them, and leaves alone what lives', async () => {
    const world = new World();
    await world.mount('one');
    await world.mount('two', 'old');
    world.machine.setClient(stagingOf('two'), 'hung');
    const watch = world.watch();
    await watch.round();
    await watch.settled();
    expect(world.all('counted')).to.deep.equal([{ live: 2, dead: 0, old: 1 }]);
    expect(world.all('keptOld')).to.deep.equal([
      {
        id: [...world.machine.directories.keys()][1],
        volume: 'two',
        clientId: 'old',
        why: 'it does not answer; it is replaced once its servers do',
      },
    ]);
    expect(world.machine.clients.length).to.equal(2);
  });

  it('tells that it is of an older release than the newest, with the volumes that wait for the next mounter', async () => {
    const world = new World();
    await world.mount('two');
    await world.mount('one');
    let newest: string | undefined = 'new';
    const watch = createWatch({ ...world.context(), newestClientId: async () => newest });
    await watch.round();
    expect(world.all('outdated')).to.deep.equal([]);
    newest = 'newer';
    await watch.round();
    newest = undefined;
    await watch.round();
    await watch.settled();
    expect(world.all('outdated')).to.deep.equal([
      { volumes: ['one', 'two'], clientId: 'new', newest: 'newer' },
    ]);
    expect(world.all('counted').map(({ old }) => old)).to.deep.equal([0, 2, 0]);
    expect(world.all('replaced')).to.deep.equal([]);
  });

  it('never replaces a client that a device stays with, be it old or dead', async () => {
    const world = new World();
    await world.mount('disk', 'old', { isPinned: true });
    const before = world.machine.clientAt(stagingOf('disk'));
    const watch = world.watch();
    for (const state of ['live', 'dead'] as const) {
      world.machine.setClient(stagingOf('disk'), state);
      for (let n = 0; n < 3; n += 1) {
        world.now += 600_000;
        await watch.round();
        await watch.settled();
      }
      expect(world.machine.clientAt(stagingOf('disk'))).to.equal(before);
    }
    expect(world.all('replaced')).to.deep.equal([]);
    expect(world.all('counted').at(-1)).to.include({ dead: 1 });
  });

  for (const state of ['hung', 'offline'] as const) {
    it(`never replaces a client that is ${state}`, async () => {
      const world = new World();
      await world.mount('one', 'old');
      const before = world.machine.clientAt(stagingOf('one'));
      world.machine.setClient(stagingOf('one'), state);
      const watch = world.watch();
      for (let n = 0; n < 5; n += 1) {
        world.now += 600_000;
        await watch.round();
        await watch.settled();
      }
      expect(world.machine.clientAt(targetOf('one'))).to.equal(before);
      world.machine.setClient(stagingOf('one'), 'live');
      world.now += 600_000;
      await watch.round();
      await watch.settled();
      expect(world.machine.clientAt(targetOf('one'))).to.not.equal(before);
    });
  }

  it('tries again with growing pauses while the servers are away, and succeeds once they are back', async () => {
    const world = new World();
    await world.mount('one');
    world.machine.setClient(stagingOf('one'), 'dead');
    world.machine.isCutOff = true;
    const watch = world.watch();
    const attempts: number[] = [];
    for (; world.now < 120_000; world.now += 500) {
      const before = world.all('failed').length;
      await watch.round();
      await watch.settled();
      if (world.all('failed').length > before) attempts.push(world.now / 1000);
    }
    expect(attempts).to.deep.equal([0, 1, 3, 7, 15, 31, 61, 91]);
    expect(world.machine.directories.size).to.equal(1);
    world.machine.isCutOff = false;
    world.now += 30_000;
    await watch.round();
    await watch.settled();
    expect(world.machine.clientAt(targetOf('one'))?.state).to.equal('live');
    expect(world.all('replaced')).to.deep.equal([{ volume: 'one', reason: 'dead', mounts: 2, pods: [UID] }]);
  });

  it('replaces several dead clients at once, four at most, and old ones in turn', async () => {
    let [atOnce, most] = [0, 0];
    const world = new World();
    const counted: Partial<Machine> = {
      startClient: async (...args) => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        try {
          await original(...args);
        } finally {
          atOnce -= 1;
        }
      },
    };
    const original = world.mounter.startClient;
    const volumes = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const volume of volumes) await world.mount(volume, 'old');
    Object.assign(world.mounter, counted);
    for (const volume of volumes) world.machine.setClient(stagingOf(volume), 'dead');
    const watch = world.watch('old');
    await watch.round();
    await watch.settled();
    expect(most).to.equal(4);
    expect(volumes.map((volume) => world.machine.clientAt(targetOf(volume))?.state)).to.deep.equal(
      volumes.map(() => 'live'),
    );

    most = 0;
    const swapping = world.watch('new');
    const swapped: number[] = [];
    for (; swapped.length < volumes.length && world.now < 60_000; world.now += 500) {
      const before = world.all('replaced').length;
      await swapping.round();
      await swapping.settled();
      if (world.all('replaced').length > before) swapped.push(world.now / 1000);
    }
    expect(most).to.equal(1);
    expect(swapped).to.deep.equal([0, 1, 2, 3, 4, 5]);
    expect(world.machine.clients.length).to.equal(volumes.length);
  });

  it('repairs all pods but the one that cannot be, says so, and tries again', async () => {
    const world = new World();
    await world.mount('one');
    world.machine.bind(stagingOf('one'), targetOf('one', OTHER_UID));
    const [good, bad] = [UID, OTHER_UID].map((uid) =>
      world.machine.startContainer(targetOf('one', uid), uid),
    );
    if (good === undefined || bad === undefined) throw new Error('two containers were started');
    world.machine.stuck.add(bad);
    world.machine.setClient(stagingOf('one'), 'dead');
    const watch = world.watch();
    await watch.round();
    await watch.settled();
    expect(world.machine.clientAt('/data', good)?.state).to.equal('live');
    expect(world.machine.clientAt('/data', bad)?.state).to.equal('dead');
    expect(world.all('notRepaired')).to.deep.equal([
      { volume: 'one', pod: OTHER_UID, why: '/data: other mounts lie inside' },
    ]);
    // What they had is kept in mind until they have gone.
    expect(world.machine.directories.size).to.equal(2);
    world.machine.endContainer(bad);
    world.now += 2_000;
    await watch.round();
    await watch.settled();
    expect(world.machine.directories.size).to.equal(1);
    expect(world.machine.clientAt(targetOf('one'))?.state).to.equal('live');
  });

  it('finds a container that starts while mounts are replaced', async () => {
    const world = new World();
    await world.mount('one');
    let started = 0;
    const { remount } = world.mounter;
    Object.assign(world.mounter, {
      remount: async (...args: Parameters<typeof remount>) => {
        // It got its mount before the host's was replaced.
        if (started === 0) started = world.machine.startContainer(targetOf('one'));
        return remount(...args);
      },
    });
    world.machine.setClient(stagingOf('one'), 'dead');
    const watch = world.watch();
    await watch.round();
    await watch.settled();
    expect(world.machine.clientAt('/data', started)?.state).to.equal('live');
    expect(world.machine.directories.size).to.equal(1);
  });

  it('ends what is under way when it stops, and takes it up again', async () => {
    const world = new World();
    await world.mount('one');
    world.machine.setClient(stagingOf('one'), 'dead');
    const watch = world.watch();
    await watch.round();
    await watch.stop();
    const next = world.watch();
    for (let n = 0; n < 3; n += 1) {
      world.now += 60_000;
      await next.round();
      await next.settled();
    }
    expect(world.machine.clientAt(targetOf('one'))?.state).to.equal('live');
    expect(world.machine.directories.size).to.equal(1);
  });
});
