import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { Claims } from '../../src/mounter/claims.ts';
import type { Machine } from '../../src/mounter/machine.ts';
import { mountVolume } from '../../src/mounter/mount-volume.ts';
import { releaseClients } from '../../src/mounter/release-clients.ts';
import type { Report } from '../../src/mounter/report.ts';
import { createWatch } from '../../src/mounter/watch.ts';
import { call, faultOf } from '../contract/backend.ts';
import { MemoryMachine } from '../fakes/memory-mounter.ts';

const UID = '11111111-2222-3333-4444-555555555555';
const OTHER_UID = '99999999-2222-3333-4444-555555555555';
const stagingOf = (volume: string) => `/kubelet/staging/${volume}`;
const targetOf = (volume: string, uid = UID) =>
  `/kubelet/pods/${uid}/volumes/kubernetes.io~csi/${volume}/mount`;

/** A mounter on a machine, its clock, and what it tells. */
class World {
  readonly machine = new MemoryMachine();
  readonly told: (readonly [keyof Report, Readonly<Record<string, unknown>>])[] = [];
  readonly mounter: Machine;
  now = 0;

  constructor(mounter?: Partial<Machine>) {
    this.mounter = { ...this.machine.mounter(), ...mounter };
  }

  readonly claims = new Claims();

  context(clientId = 'new') {
    const tell = (name: keyof Report) => (event: object) => this.told.push([name, { ...event }]);
    const report: Report = {
      counted: tell('counted'),
      replaced: tell('replaced'),
      failed: tell('failed'),
      notRepaired: tell('notRepaired'),
      keptOld: tell('keptOld'),
    };
    return { machine: this.mounter, clientId, claims: this.claims, report };
  }

  async mount(volume: string, clientId?: string): Promise<void> {
    const mount = { servers: ['g1'], volume, target: stagingOf(volume), options: [] };
    await mountVolume(this.context(clientId), mount, call());
    this.machine.bind(stagingOf(volume), targetOf(volume));
  }

  watch(clientId?: string) {
    return createWatch(this.context(clientId), () => this.now);
  }

  /** What was told of one kind. */
  all(kind: keyof Report): readonly Readonly<Record<string, unknown>>[] {
    return this.told.filter(([name]) => name === kind).map(([, event]) => event);
  }
}

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
        volume: 'two',
        clientId: 'old',
        why: 'it does not answer; it is replaced once its servers do',
      },
    ]);
    expect(world.machine.clients.length).to.equal(2);
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

describe('the release of clients', () => {
  it('leaves a client that is being started, and one that is used', async () => {
    const world = new World();
    await world.mount('one');
    const { bind } = world.mounter;
    let isReleased = false;
    Object.assign(world.mounter, {
      bind: async (...args: Parameters<typeof bind>) => {
        await releaseClients(world.context(), call());
        isReleased = true;
        await bind(...args);
      },
    });
    await world.mount('two');
    expect(isReleased).to.equal(true);
    expect(world.machine.clients.length).to.equal(2);
    expect(world.machine.clientAt(targetOf('two'))?.state).to.equal('live');
  });

  it('takes away what nobody uses, dead or alive, and half-made directories', async () => {
    const world = new World();
    for (const volume of ['one', 'two']) {
      await world.mount(volume);
      world.machine.unmount(targetOf(volume));
    }
    world.machine.setClient(stagingOf('two'), 'dead');
    for (const volume of ['one', 'two']) world.machine.unmount(stagingOf(volume));
    world.machine.directories.set('half-made', { hasMountPoint: false });
    await releaseClients(world.context(), call());
    expect(world.machine.clients).to.deep.equal([]);
    expect(world.machine.directories.size).to.equal(0);
    expect(world.machine.mounts).to.deep.equal([]);
  });

  it('of one that cannot be ended does not stop the others', async () => {
    const world = new World();
    for (const volume of ['one', 'two']) {
      await world.mount(volume);
      for (const target of [targetOf(volume), stagingOf(volume)]) world.machine.unmount(target);
    }
    const { unmount } = world.mounter;
    let calls = 0;
    Object.assign(world.mounter, {
      unmount: async (...args: Parameters<typeof unmount>) => {
        calls += 1;
        if (calls === 1) throw new Fault('unreachable', 'cannot be unmounted');
        await unmount(...args);
      },
    });
    await releaseClients(world.context(), call());
    expect(world.machine.directories.size).to.equal(1);
  });
});

describe('mounting', () => {
  it('leaves nothing when the disk is full, or the servers are away', async () => {
    const world = new World();
    world.machine.isDiskFull = true;
    await faultOf('exhausted', world.mount('one'));
    world.machine.isDiskFull = false;
    world.machine.isCutOff = true;
    await faultOf('unreachable', world.mount('one'));
    expect(world.machine.directories.size).to.equal(0);
    expect(world.machine.mounts).to.deep.equal([]);
  });

  it('leaves nothing when the target cannot be bound, or leads elsewhere', async () => {
    const world = new World();
    const { bind } = world.mounter;
    Object.assign(world.mounter, {
      bind: async () => {
        throw new Fault('unreachable', 'no such directory');
      },
    });
    await faultOf('unreachable', world.mount('one'));
    Object.assign(world.mounter, {
      bind: (source: string, _target: string, ...rest: [never]) => bind(source, '/elsewhere', ...rest),
    });
    const fault = await faultOf('unreachable', world.mount('one'));
    expect(fault.message).to.match(/is it a symbolic link/);
    expect(world.machine.mounts).to.deep.equal([]);
    expect(world.machine.clients).to.deep.equal([]);
    expect(world.machine.directories.size).to.equal(0);
  });
});
