import { expect } from 'chai';
import { Claims } from '../../src/mounter/claims.ts';
import type { Machine } from '../../src/mounter/machine.ts';
import { mountVolume } from '../../src/mounter/mount-volume.ts';
import { createWatch } from '../../src/mounter/watch.ts';
import { call } from '../contract/backend.ts';
import { MemoryMachine } from '../fakes/memory-mounter.ts';
import { silentReport } from '../fakes/silent-report.ts';

const STAGING = '/kubelet/staging/one';
const TARGET = '/kubelet/pods/a/one/mount';
const MOUNT = { servers: ['g1', 'g2'], volume: 'one', target: STAGING, options: [] };

interface World {
  readonly machine: MemoryMachine;
  /** A container that has the volume. */
  readonly pid: number;
}

const contextOf = (machine: Machine, clientId = 'new') => ({
  machine,
  clientId,
  claims: new Claims(),
  report: silentReport,
});

/** Rounds of a mounter's watch, with all the pauses in between over. */
async function watch(machine: Machine, rounds: number, clientId = 'new'): Promise<void> {
  let now = 0;
  const watching = createWatch(contextOf(machine, clientId), () => now);
  for (let n = 0; n < rounds; n += 1) {
    now += 600_000;
    await watching.round();
    await watching.settled();
  }
}

async function mounted(clientId = 'new'): Promise<World> {
  const machine = new MemoryMachine();
  await mountVolume(contextOf(machine.mounter(), clientId), MOUNT, call());
  machine.bind(STAGING, TARGET);
  return { machine, pid: machine.startContainer(TARGET) };
}

interface Scenario {
  readonly name: string;
  prepare(): Promise<World>;
  act(machine: Machine): Promise<void>;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'replacing a client that died',
    async prepare() {
      const world = await mounted();
      world.machine.setClient(STAGING, 'dead');
      return world;
    },
    act: (machine) => watch(machine, 1),
  },
  {
    name: 'replacing a client that took its own mount away',
    async prepare() {
      const world = await mounted();
      world.machine.terminate(STAGING);
      return world;
    },
    act: (machine) => watch(machine, 1),
  },
  { name: 'swapping an old client', prepare: () => mounted('old'), act: (machine) => watch(machine, 1) },
];

describe('a mounter that is killed between any two steps', () => {
  for (const { name, prepare, act } of SCENARIOS) {
    it(`leaves ${name} to the next one`, async () => {
      const clean = await prepare();
      const counting = clean.machine.mounter();
      await act(counting);
      expectServed(clean, 'clean');
      const steps = counting.steps();
      expect(steps).to.be.greaterThan(8);
      for (let step = 1; step <= steps; step += 1) {
        for (const isLate of [false, true]) {
          const world = await prepare();
          await act(world.machine.mounter(step)).catch(() => {});
          if (!isLate) world.machine.finishMounting();
          await watch(world.machine.mounter(), isLate ? 1 : 0);
          world.machine.finishMounting();
          await watch(world.machine.mounter(), 4);
          expectServed(world, `killed before step ${step}${isLate ? ', its client mounts late' : ''}`);
        }
      }
    });

    it(`and again and again, of ${name}`, async () => {
      for (let step = 1; step <= 40; step += 1) {
        const world = await prepare();
        for (let again = 0; again < 6; again += 1) {
          await act(world.machine.mounter(step)).catch(() => {});
          world.machine.finishMounting();
          // The client of the mounter before dies too, at every other time.
          if (again % 2 === 1 && world.machine.clientAt(STAGING)?.state === 'live') {
            world.machine.setClient(STAGING, 'dead');
          }
        }
        await watch(world.machine.mounter(), 8);
        expectServed(world, `killed before step ${step}, six times`);
      }
    });
  }

  it('never ends an old client on which files are open, also one that was half started itself', async () => {
    for (let first = 1; first <= 20; first += 1) {
      for (let second = 1; second <= 25; second += 1) {
        const world = await mounted('oldest');
        await watch(world.machine.mounter(first), 1, 'old').catch(() => {});
        world.machine.finishMounting();
        await watch(world.machine.mounter(), 4, 'old');
        const held = world.machine.openFile(TARGET);
        await watch(world.machine.mounter(second), 1).catch(() => {});
        world.machine.finishMounting();
        // Its end is waited for, in vain, before its directory goes.
        await watch(world.machine.mounter(), 1);
        const label = `killed before step ${first}, then before step ${second}`;
        expect(world.machine.clients, label).to.include(held);
        world.machine.closeFiles();
        await watch(world.machine.mounter(), 3);
        expectServed(world, label);
      }
    }
  });

  it('leaves a mount that its retry finds, or nothing', async () => {
    const clean = new MemoryMachine();
    const counting = clean.mounter();
    await mountVolume(contextOf(counting), MOUNT, call());
    for (let step = 1; step <= counting.steps(); step += 1) {
      const machine = new MemoryMachine();
      await mountVolume(contextOf(machine.mounter(step)), MOUNT, call()).catch(() => {});
      const isBound = machine.mounts.some(({ target }) => target === STAGING);
      machine.finishMounting();
      await watch(machine.mounter(), 2);
      if (!isBound) {
        expectNothing(machine, `killed before step ${step}`);
        await mountVolume(contextOf(machine.mounter()), MOUNT, call());
      }
      machine.bind(STAGING, TARGET);
      await watch(machine.mounter(), 2);
      expectServed({ machine, pid: machine.startContainer(TARGET) }, `killed before step ${step}`);
    }
  });

  it('leaves the release of a client to the next one', async () => {
    for (let step = 1; ; step += 1) {
      const { machine, pid } = await mounted();
      machine.endContainer(pid);
      machine.unmount(TARGET);
      machine.unmount(STAGING);
      const killed = machine.mounter(step);
      await watch(killed, 1).catch(() => {});
      await watch(machine.mounter(), 1);
      expectNothing(machine, `killed before step ${step}`);
      if (killed.steps() < step) break;
      expect(step).to.be.lessThan(30);
    }
  });
});

/**
 * One client, one directory, and it serves everything. Killed while it replaces a mount again and again, a mounter
 * may leave dead ones below it, which nobody sees.
 */
function expectServed({ machine, pid }: World, label: string): void {
  const client = machine.clientAt(STAGING);
  expect(client?.state, label).to.equal('live');
  expect(machine.clientAt(TARGET), label).to.equal(client);
  expect(machine.clientAt('/data', pid), label).to.equal(client);
  const targets = [...new Set(machine.mounts.map(({ target }) => target))];
  expect(targets.sort(), label).to.deep.equal([client?.mountPoint, STAGING, TARGET].sort());
  expect(
    machine.clients.filter(({ state }) => state !== 'dead'),
    label,
  ).to.deep.equal([client]);
  expect(machine.directories.size, label).to.equal(1);
}

function expectNothing(machine: MemoryMachine, label: string): void {
  expect(machine.mounts, label).to.deep.equal([]);
  expect(machine.clients, label).to.deep.equal([]);
  expect([...machine.directories.keys()], label).to.deep.equal([]);
}
