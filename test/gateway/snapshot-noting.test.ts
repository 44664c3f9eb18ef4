import { expect } from 'chai';
import { sweepNoting } from '../../src/gateway/sweep-noting.ts';
import { createBySize } from '../../src/gateway/volumes/create-by-size.ts';
import { call, faultOf, GIB, wanted } from '../fakes/accidents.ts';
import { MemoryServers } from '../fakes/memory-servers.ts';
import { expectWhole, partsOf, take } from '../fakes/snapshot-world.ts';

const LOG = 'cluster.optimistic-change-log';
const MARK = 'user.gluster-csi-noting';
const POLICY = 'cluster.favorite-child-policy';

/** While a snapshot of a volume is taken its replication notes each change before it is made, and no longer. */
describe('gateway: changes noted for a snapshot', () => {
  async function withVolume(layout: Parameters<typeof wanted>[0], options = {}): Promise<MemoryServers> {
    const servers = new MemoryServers(3);
    const { deps } = servers.coordinator(0);
    await createBySize(deps, { ...wanted(layout, GIB), name: 'v1', options }, call());
    await deps.gluster.start('v1', { force: false }, call());
    return servers;
  }
  const optionsOf = (servers: MemoryServers) => servers.pool.get('v1').options;
  /** What the volume's options are while its bricks are copied; `then` may change them. */
  function whileTaken(servers: MemoryServers, then: () => void = () => undefined) {
    const seen: Readonly<Record<string, string>>[] = [];
    for (const { snapshots } of servers.servers) {
      const original = snapshots.take.bind(snapshots);
      snapshots.take = async (...given) => {
        seen.push(optionsOf(servers));
        then();
        return original(...given);
      };
    }
    return seen;
  }
  const setOption = (servers: MemoryServers, options: Readonly<Record<string, string>>) =>
    void servers.pool.volumes.set('v1', {
      ...servers.pool.get('v1'),
      options: { ...optionsOf(servers), ...options },
    });

  it('begins before the bricks are frozen and ends with the snapshot', async () => {
    const servers = await withVolume({ replica: 3 });
    const seen = whileTaken(servers);
    await take(servers.coordinator(0).deps);
    expect(seen.map((options) => options[LOG])).to.deep.equal(['off', 'off', 'off']);
    expect(optionsOf(servers)).to.include({ [LOG]: 'on', [MARK]: 'none', [POLICY]: 'ctime' });
    expectWhole(servers);
  });

  it('gives sets of two no policy, and leaves one that was chosen', async () => {
    const two = await withVolume({ replica: 2 });
    await take(two.coordinator(0).deps);
    expect(optionsOf(two)).not.to.have.property(POLICY);
    const chosen = await withVolume({ replica: 3 }, { [POLICY]: 'size' });
    await take(chosen.coordinator(0).deps);
    expect(optionsOf(chosen)).to.include({ [LOG]: 'on', [POLICY]: 'size' });
  });

  it('touches nothing where there is nothing to note, or where somebody has chosen to note for good', async () => {
    for (const servers of [await withVolume({}), await withVolume({ replica: 3 }, { [LOG]: 'off' })]) {
      const before = optionsOf(servers);
      await take(servers.coordinator(0).deps);
      expect(optionsOf(servers)).to.deep.equal(before);
    }
  });

  it('keeps no snapshot when another one has begun or ended meanwhile, and leaves that one alone', async () => {
    for (const theirs of [
      { [LOG]: 'off', [MARK]: '1.theirs' },
      { [LOG]: 'on', [MARK]: 'none' },
    ]) {
      const servers = await withVolume({ replica: 3 });
      whileTaken(servers, () => setOption(servers, theirs));
      const fault = await faultOf(take(servers.coordinator(0).deps));
      expect(`${fault.kind}: ${fault.message}`).to.equal(
        'busy: another snapshot of volume v1 is being taken; retry',
      );
      expect(partsOf(servers)).to.deep.equal([]);
      expect(optionsOf(servers)).to.include(theirs);
    }
  });

  it('does not hand on to a clone what is set for the snapshot alone', async () => {
    const servers = await withVolume({ replica: 3 });
    setOption(servers, { [LOG]: 'off', [MARK]: '1.dead' });
    const [snapshot] = await take(servers.coordinator(0).deps);
    expect(snapshot?.facts.options).not.to.have.any.keys(LOG, MARK);
  });

  it('is ended by housekeeping when its gateway died, not while it may still be at work', async () => {
    const servers = await withVolume({ replica: 3 });
    setOption(servers, { [LOG]: 'off', [MARK]: `${Date.now()}.dead` });
    const { deps } = servers.coordinator(1);
    await sweepNoting(deps, call());
    expect(optionsOf(servers)[LOG]).to.equal('off');
    await sweepNoting(deps, call(), Date.now() + 11 * 60_000);
    expect(optionsOf(servers)).to.include({ [LOG]: 'on', [MARK]: 'none' });
    setOption(servers, { [LOG]: 'off', [MARK]: 'unreadable' });
    await sweepNoting(deps, call());
    expect(optionsOf(servers)).to.include({ [LOG]: 'on', [MARK]: 'none' });
  });
});
