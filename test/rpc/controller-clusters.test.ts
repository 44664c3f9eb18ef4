import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { createRequest, errorOf, type Harness, startController } from './controller-harness.ts';

describe('controller of several clusters', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startController(['west', 'east']);
  });
  afterEach(() => harness[Symbol.asyncDispose]());

  const list = (maxEntries: number, startingToken = '') =>
    harness.rpc('ListVolumes', { maxEntries, startingToken });
  const create = (name: string, cluster: string) =>
    harness.rpc('CreateVolume', createRequest(name, { parameters: { cluster } }));

  it('wants a cluster named, and makes the volume there', async () => {
    const error = await errorOf(harness.rpc('CreateVolume', createRequest('a')));
    expect(error.code).to.equal(status.INVALID_ARGUMENT);
    expect(error.details).to.equal('parameters.cluster: is missing; name one of west, east');
    expect((await create('a', 'east')).volume?.volumeId).to.equal('gl1:volume:east:a');
    expect(harness.backends.map((one) => one.state.volumes.length)).to.deep.equal([0, 1]);
  });

  it('adds their capacities up when none is named', async () => {
    const both = await harness.rpc('GetCapacity', {});
    const one = await harness.rpc('GetCapacity', { parameters: { cluster: 'west' } });
    expect(Number(both.availableCapacity)).to.equal(2 * Number(one.availableCapacity));
    expect(both.maximumVolumeSize).to.deep.equal(one.maximumVolumeSize);
  });

  it('lists in pages of every size all volumes once, cluster by cluster', async () => {
    const names = ['a', 'b', 'c'];
    for (const name of names) {
      await create(name, 'west');
      await create(name, 'east');
    }
    const all = ['east', 'west'].flatMap((cluster) => names.map((name) => `gl1:volume:${cluster}:${name}`));
    for (const size of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const seen: (string | undefined)[] = [];
      let token = '';
      do {
        const { entries, nextToken } = await list(size, token);
        expect(entries.length, `page of ${size}`).to.be.at.most(size === 0 ? 1000 : size);
        seen.push(...entries.map((entry) => entry.volume?.volumeId));
        token = nextToken;
      } while (token !== '');
      expect(seen, `pages of ${size}`).to.deep.equal(all);
    }
  });

  it('goes on after a volume that was deleted between two pages', async () => {
    for (const name of ['a', 'b', 'c']) await create(name, 'east');
    const first = await list(2);
    await harness.rpc('DeleteVolume', { volumeId: 'gl1:volume:east:b' });
    const second = await list(2, first.nextToken);
    expect(second.entries.map((entry) => entry.volume?.volumeId)).to.deep.equal(['gl1:volume:east:c']);
  });

  it('fails the listing rather than leave a cluster out', async () => {
    await create('a', 'west');
    harness.backends[0]?.faults.plan('list', 'fail-before');
    expect((await errorOf(list(0))).code).to.equal(status.UNAVAILABLE);
  });
});
