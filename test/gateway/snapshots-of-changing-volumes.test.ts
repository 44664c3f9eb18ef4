import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import { brickBytes, parseLayout } from '../../src/gateway/brick-layout.ts';
import { takeSnapshots } from '../../src/gateway/snapshots/take-snapshots.ts';
import { createBySize } from '../../src/gateway/volumes/create-by-size.ts';
import { resizeVolume } from '../../src/gateway/volumes/resize-volume.ts';
import { call, faultOf, GIB, wanted } from '../fakes/accidents.ts';
import { MemoryServers } from '../fakes/memory-servers.ts';
import { expectWhole, partsOf, take, withSource } from '../fakes/snapshot-world.ts';

const LARGER = 2n * GIB;

/** Puts `act` just before the next call of one method of a store or of glusterd's command. */
function justBefore<T extends object>(
  target: T,
  method: keyof T & string,
  act: () => Promise<unknown>,
): void {
  const original = (target[method] as (...args: unknown[]) => Promise<unknown>).bind(target);
  let isDone = false;
  Object.assign(target, {
    [method]: async (...args: unknown[]) => {
      const isFirst = !isDone;
      isDone = true;
      if (isFirst) await act();
      return original(...args);
    },
  });
}

describe('gateway: snapshots of a volume that another gateway changes', function () {
  this.timeout(30_000);

  /** As the sidecars do. */
  async function untilTaken(servers: MemoryServers): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      try {
        await take(servers.coordinator(0).deps);
        return tries;
      } catch (error) {
        if (!isFault(error, 'busy')) throw error;
      }
    }
  }

  function expectOneSize(servers: MemoryServers): void {
    expectWhole(servers);
    const parts = servers.servers.flatMap(({ snapshots }) => [...snapshots.parts.values()]);
    for (const { stored } of parts)
      expect(stored.dataBytes).to.equal(brickBytes(parseLayout({ replica: 3 }), stored.capacity)[0]);
    expect(new Set(parts.map(({ stored }) => stored.capacity)).size).to.equal(1);
    expect(parts).to.have.length(3);
  }

  for (const step of ['prepare', 'freeze', 'take', 'thaw', 'commit'] as const) {
    it(`resized just before ${step} of the second server: its images have the size that it tells`, async () => {
      const servers = await withSource();
      const resize = () => resizeVolume(servers.coordinator(2).deps, 'v1', () => LARGER, call());
      justBefore(servers.at(1).snapshots, step, resize);
      await untilTaken(servers);
      expectOneSize(servers);
    });
  }

  it('taken while only some bricks have grown, and before the volume is said to have: the larger size', async () => {
    for (const place of ['brick', 'volume'] as const) {
      const servers = await withSource();
      let taken: Promise<number> | undefined;
      const begin = async () => {
        taken = untilTaken(servers);
        await new Promise((resolve) => setTimeout(resolve, 200));
      };
      const { deps } = servers.coordinator(2);
      if (place === 'brick') justBefore(servers.at(1).bricks, 'grow', begin);
      else justBefore(deps.gluster, 'set', begin);
      await resizeVolume(deps, 'v1', () => LARGER, call());
      expect(await taken, place).to.be.greaterThan(1);
      expectOneSize(servers);
      const capacities = servers
        .at(0)
        .snapshots.parts.values()
        .map(({ stored }) => stored.capacity);
      expect([...capacities]).to.deep.equal([LARGER]);
    }
  });

  it('taken of what a resize left that died: the size that is promised, with a larger image', async () => {
    const servers = await withSource();
    await servers.at(1).bricks.grow('v1', () => LARGER);
    expect(await untilTaken(servers)).to.equal(1);
    expect([...servers.at(1).snapshots.parts.values()].map(({ stored }) => stored.capacity)).to.deep.equal([
      GIB,
    ]);
  });

  describe('files on their way between brick sets', () => {
    const task = { id: 'one', type: 'rebalance', isRunning: true };
    async function distributed(): Promise<MemoryServers> {
      const servers = new MemoryServers(3);
      const { deps } = servers.coordinator(0);
      await createBySize(deps, wanted({ replica: 3, distribute: 2 }, GIB), call());
      await deps.gluster.start('v1', { force: false }, call());
      return servers;
    }
    const request = {
      members: [{ volume: 'v1', snapshot: 's1', description: '', metadata: {} }],
      group: undefined,
    };

    it('are refused by name with the remedy, and nothing is left', async () => {
      const servers = await distributed();
      servers.pool.tasks.set('v1', task);
      const fault = await faultOf(takeSnapshots(servers.coordinator(0).deps, request, call()));
      expect(fault.kind).to.equal('wrong-state');
      expect(fault.message).to.match(/^a rebalance of volume v1 is under way.* wait for its end or stop it/);
      expect(partsOf(servers)).to.deep.equal([]);
      servers.pool.tasks.set('v1', { ...task, isRunning: false });
      await takeSnapshots(servers.coordinator(0).deps, request, call());
      expectWhole(servers);
    });

    for (const isRunning of [true, false]) {
      it(`end a snapshot in the middle of which they began to move${isRunning ? '' : ', and ended'}`, async () => {
        const servers = await distributed();
        servers.pool.tasks.set('v1', { ...task, id: 'former', isRunning: false });
        justBefore(servers.at(1).snapshots, 'take', async () => {
          servers.pool.tasks.set('v1', { ...task, isRunning });
        });
        const fault = await faultOf(takeSnapshots(servers.coordinator(0).deps, request, call()));
        expect(fault.kind).to.equal(isRunning ? 'wrong-state' : 'busy');
        expect(partsOf(servers)).to.deep.equal([]);
        expectWhole(servers);
      });
    }
  });
});
