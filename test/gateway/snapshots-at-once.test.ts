import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import { takeSnapshots } from '../../src/gateway/snapshots/take-snapshots.ts';
import { call } from '../fakes/accidents.ts';
import { MemoryServers } from '../fakes/memory-servers.ts';
import { expectWhole, makeSource, partsOf } from '../fakes/snapshot-world.ts';

const VOLUMES = 10;
const SNAPSHOTS = 20;

describe('gateway: many snapshots at once', function () {
  this.timeout(60_000);

  it('takes 20 snapshots of 10 volumes, asked of three gateways, each of two at once', async () => {
    const servers = new MemoryServers(3);
    for (let n = 0; n < VOLUMES; n += 1) await makeSource(servers, `v${n}`, `content ${n}`);
    const gateways = [0, 1, 2].map((index) => servers.coordinator(index).deps);

    /** As the sidecars do: again while somebody else is at it. */
    async function take(volume: string, snapshot: string, gateway: number): Promise<void> {
      const member = { volume, snapshot, description: '', metadata: {} };
      const deps = gateways[gateway % gateways.length];
      for (let tries = 0; deps !== undefined && tries < 500; tries += 1) {
        try {
          await takeSnapshots(deps, { members: [member], group: undefined }, call());
          return;
        } catch (error) {
          if (!isFault(error, 'busy', 'unreachable')) throw error;
          await sleep(5);
        }
      }
      throw new Error(`${snapshot} was never taken`);
    }

    const asked = Array.from({ length: SNAPSHOTS }, (_, n) => `s${String(n).padStart(2, '0')}`);
    await Promise.all(
      asked.flatMap((name, n) => [0, 1].map((more) => take(`v${n % VOLUMES}`, name, n + more))),
    );
    const expected = asked.flatMap((name, n) => Array(3).fill(`${name} taken content ${n % VOLUMES}`));
    expect(partsOf(servers)).to.deep.equal(expected);
    expectWhole(servers);
  });
});
