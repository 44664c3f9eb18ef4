import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { releaseClients } from '../../src/mounter/release-clients.ts';
import { call, faultOf } from '../contract/backend.ts';
import { stagingOf, targetOf, World } from '../fakes/mounter-world.ts';

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

  it('leaves the group of a client whose start begins when the groups have been looked at already', async () => {
    const world = new World();
    let isInUse = false;
    Object.assign(world.mounter, {
      removeEmptyGroups: async (inUse: { has(id: string): boolean }) => {
        using _starting = world.claims.claim('new');
        isInUse = inUse.has('new');
      },
    });
    await releaseClients(world.context(), call());
    expect(isInUse).to.equal(true);
  });

  it('looks at each client once, and again only at those that seem to be used no more', async () => {
    const world = new World();
    for (const volume of ['one', 'two', 'three']) await world.mount(volume);
    for (const target of [targetOf('two'), stagingOf('two')]) world.machine.unmount(target);
    const { directories } = world.mounter;
    let looks = 0;
    Object.assign(world.mounter, {
      directories: async () => {
        looks += 1;
        return directories();
      },
    });
    await releaseClients(world.context(), call());
    expect(looks).to.equal(2);
    expect(world.machine.clients.length).to.equal(2);
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
