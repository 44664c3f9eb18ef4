import { expect } from 'chai';
import type { BlockSpec, BlockVolume } from '../../src/volumes/block/block-backend.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import { call, faultOf } from './backend.ts';
import type { BlockSubject } from './block-backend.ts';
import { THREE_COPIES } from './three-copies.ts';

const provider = 'virtblock';
const METADATA = { owner: 'block.csi.gluster.org', 'csi-name': 'it’s "mine"' };

/** The promises about snapshots, of which every BlockBackend keeps them all. */
export function blockSnapshotContract(name: string, makeSubject: () => Promise<BlockSubject>): void {
  describe(`${name} keeps the promises of the BlockBackend port about snapshots`, () => {
    let subject: BlockSubject;
    let source: BlockVolume;
    let made = 0;
    before(async () => {
      subject = await makeSubject();
      source = await create({ name: parseVolumeName('source') });
    });
    after(() => subject[Symbol.asyncDispose]());

    async function create(change: Partial<BlockSpec>): Promise<BlockVolume> {
      made += 1;
      const spec = {
        provider,
        name: parseVolumeName(`copy-${made}`),
        csiName: 'csi',
        capacityBytes: subject.sizeBytes,
        hosting: THREE_COPIES,
        ...change,
      } as const;
      const volume = await subject.backend.create(spec, METADATA, call());
      if (volume === 'exists') throw new Error(`${spec.name} is there already`);
      return volume;
    }
    const take = async (text: string, of = source) => {
      const request = { name: parseVolumeName(text), source: of, metadata: METADATA };
      const taken = await subject.backend.createSnapshot(request, call());
      if (taken === 'exists') throw new Error(`${text} is there already`);
      return taken;
    };

    it('takes one, and tells of it with its metadata', async () => {
      const before = Date.now();
      const taken = await take('told');
      expect(taken).to.deep.include({
        name: 'told',
        hosting: source.hosting,
        source: 'source',
        capacityBytes: source.capacityBytes,
        isReady: true,
        metadata: METADATA,
      });
      expect(taken.created.getTime()).to.be.within(before, Date.now());
      expect(await subject.backend.findSnapshot(taken, call())).to.deep.equal(taken);
      expect(await subject.backend.findSnapshot({ name: taken.name }, call())).to.deep.equal(taken);
      const hosting = parseVolumeName('no-such-hosting');
      expect(await subject.backend.findSnapshot({ hosting, name: taken.name }, call())).to.equal(undefined);
    });

    it('takes it once: the same again is the same, another is there already', async () => {
      const taken = await take('once');
      expect(await take('once')).to.deep.equal(taken);
      const other = await create({});
      for (const change of [{ source: other }, { metadata: {} }]) {
        const request = { name: taken.name, source, metadata: METADATA, ...change };
        expect(await subject.backend.createSnapshot(request, call())).to.equal('exists');
      }
      const gone = { ...source, name: parseVolumeName('never-made') };
      const request = { name: parseVolumeName('of-none'), source: gone, metadata: {} };
      await faultOf('not-found', subject.backend.createSnapshot(request, call()));
    });

    it('keeps it when its source goes, and forgets it when it is deleted', async () => {
      const volume = await create({});
      const taken = await take('outlives', volume);
      await subject.backend.delete(volume, call());
      expect(await subject.backend.findSnapshot(taken, call())).to.deep.equal(taken);
      for (const _ of [1, 2]) await subject.backend.deleteSnapshot(taken, call());
      expect(await subject.backend.findSnapshot(taken, call())).to.equal(undefined);
    });

    it('makes volumes of it, and of volumes, at least as large and on the same hosting volume', async () => {
      const { hosting } = source;
      const taken = await take('origin');
      const larger = 2n * source.capacityBytes;
      for (const from of [
        { kind: 'snapshot', provider, hosting, name: taken.name },
        { kind: 'volume', provider, hosting, name: source.name },
      ] as const) {
        const same = await create({ source: from });
        expect([same.hosting, same.capacityBytes]).to.deep.equal([hosting, source.capacityBytes]);
        expect((await create({ source: from, capacityBytes: larger })).capacityBytes).to.equal(larger);
        const smaller = source.capacityBytes / 2n;
        await faultOf('out-of-range', create({ source: from, capacityBytes: smaller }));
        const missing = { ...from, name: parseVolumeName('never-made') };
        await faultOf('not-found', create({ source: missing }));
      }
    });

    it('lists them in pages, and by source', async () => {
      const volume = await create({});
      const mine = [await take('list-1', volume), await take('list-2', volume)];
      const list = (after: string, limit: number, of?: BlockVolume) =>
        subject.backend.listSnapshots({ after, limit, source: of }, call());
      const all = await list('', 1000);
      const names = all.snapshots.map((one) => one.name);
      expect(names).to.deep.equal(names.toSorted()).and.include.members(['list-1', 'list-2', 'told']);
      expect(all.more).to.equal(false);
      expect(await list('', 1000, volume)).to.deep.equal({ snapshots: mine, more: false });
      expect(await list('', 1, volume)).to.deep.equal({ snapshots: mine.slice(0, 1), more: true });
      expect(await list('list-1', 1, volume)).to.deep.equal({ snapshots: mine.slice(1), more: false });
      const elsewhere = { ...volume, hosting: parseVolumeName('no-such-hosting') };
      expect((await list('', 5, elsewhere)).snapshots).to.deep.equal([]);
    });
  });
}
