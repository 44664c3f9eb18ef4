import { expect } from 'chai';
import type {
  BlockBackend,
  BlockPublication,
  BlockSpec,
  BlockVolume,
} from '../../src/volumes/block/block-backend.ts';
import type { BlockProvider } from '../../src/volumes/block/block-handle.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import { call, faultOf } from './backend.ts';
import { THREE_COPIES } from './three-copies.ts';

/** A cluster to hold against the promises of the BlockBackend port. */
export interface BlockSubject extends AsyncDisposable {
  readonly backend: BlockBackend;
  readonly provider: BlockProvider;
  readonly sizeBytes: bigint;
  /** More than the cluster has. */
  readonly tooLargeBytes: bigint;
}

const METADATA = { owner: 'block.csi.gluster.org', 'csi-name': 'it’s "mine"' };
const WRITER = nodeAt('node-1', ['10.0.0.1'], false);
const READERS = [nodeAt('node-1', ['10.0.0.1'], true), nodeAt('node-2', ['10.0.0.2', 'fd00::2'], true)];

/** A node, by what each provider knows of it. */
export function nodeAt(name: string, addresses: readonly string[], isReadonly: boolean) {
  return { name, addresses, initiator: `iqn.2026-11.org.example:${name}`, isReadonly };
}

/** What servers keep of it. */
export function keptOf(
  provider: BlockProvider,
  { name, addresses, initiator, isReadonly }: ReturnType<typeof nodeAt>,
): BlockPublication {
  return provider === 'virtblock'
    ? { name, addresses, isReadonly }
    : { name, addresses: [], initiator, isReadonly };
}

/** The suite that every BlockBackend passes. */
export function blockBackendContract(name: string, makeSubject: () => Promise<BlockSubject>): void {
  describe(`${name} keeps the promises of the BlockBackend port`, () => {
    let subject: BlockSubject;
    let backend: BlockBackend;
    let provider: BlockProvider;
    let made = 0;
    before(async () => {
      subject = await makeSubject();
      ({ backend, provider } = subject);
    });
    after(() => subject[Symbol.asyncDispose]());

    const newSpec = (change: Partial<BlockSpec> = {}): BlockSpec => {
      made += 1;
      return {
        provider,
        name: parseVolumeName(`disk-${String(made).padStart(3, '0')}`),
        csiName: 'csi',
        capacityBytes: subject.sizeBytes,
        hosting: THREE_COPIES,
        ...change,
      };
    };
    const create = async (spec = newSpec()): Promise<BlockVolume> => {
      const volume = await backend.create(spec, METADATA, call());
      if (volume === 'exists') throw new Error(`${spec.name} is there already`);
      return volume;
    };
    const kept = (node: ReturnType<typeof nodeAt>) => keptOf(provider, node);
    const publishedTo = async (volume: BlockVolume) => (await backend.find(volume, call()))?.published;

    it('makes a volume, and tells of it with its metadata', async () => {
      const spec = newSpec();
      const volume = await create(spec);
      expect(volume).to.include({ name: spec.name, capacityBytes: spec.capacityBytes });
      expect(await backend.find({ provider, name: spec.name }, call())).to.deep.equal({
        ...volume,
        metadata: METADATA,
        published: [],
      });
      expect((await backend.find(volume, call()))?.name).to.equal(spec.name);
    });

    it('makes it once: the same again is the same, another is there already', async () => {
      const spec = newSpec();
      const volume = await create(spec);
      expect(await create(spec)).to.deep.equal(volume);
      const larger = { ...spec, capacityBytes: 2n * spec.capacityBytes };
      expect(await backend.create(larger, METADATA, call())).to.equal('exists');
      expect(await backend.create(spec, { ...METADATA, owner: 'other' }, call())).to.equal('exists');
      expect((await backend.find(volume, call()))?.capacityBytes).to.equal(spec.capacityBytes);
    });

    it('makes it on the hosting volume that is named, if there is one', async () => {
      const { hosting } = await create();
      const named = await create(newSpec({ hosting: { kind: 'named', name: hosting } }));
      expect(named.hosting).to.equal(hosting);
      const gone = { kind: 'named', name: parseVolumeName('no-such-volume') } as const;
      await faultOf('not-found', create(newSpec({ hosting: gone })));
    });

    it('refuses what there is no room for, and leaves nothing', async () => {
      const spec = newSpec({ capacityBytes: subject.tooLargeBytes });
      await faultOf('exhausted', create(spec));
      expect(await backend.find({ provider, name: spec.name }, call())).to.equal(undefined);
    });

    it('has nothing of a volume that is not there, or elsewhere', async () => {
      const name = parseVolumeName('never-made');
      expect(await backend.find({ provider, name }, call())).to.equal(undefined);
      const { hosting: real } = await create();
      for (const hosting of [real, parseVolumeName('no-such-hosting')]) {
        expect(await backend.find({ provider, hosting, name }, call())).to.equal(undefined);
        await backend.delete({ provider, hosting, name }, call());
        await backend.unpublish({ provider, hosting, name }, 'node-1', call());
        await faultOf('not-found', backend.expand({ provider, hosting, name }, subject.sizeBytes, call()));
        await faultOf('not-found', backend.publish({ provider, hosting, name }, WRITER, call()));
      }
    });

    it('grows it, and never shrinks it', async () => {
      const volume = await create();
      const larger = volume.capacityBytes * 2n;
      for (const _ of [1, 2]) expect(await backend.expand(volume, larger, call())).to.equal(larger);
      expect(await backend.expand(volume, volume.capacityBytes, call())).to.equal(larger);
      expect((await backend.find(volume, call()))?.capacityBytes).to.equal(larger);
      await faultOf('exhausted', backend.expand(volume, subject.tooLargeBytes, call()));
    });

    it('publishes it to one writer, whom servers may come to know by another address or initiator', async () => {
      const volume = await create();
      for (const _ of [1, 2]) await backend.publish(volume, WRITER, call());
      const initiator = `${WRITER.initiator}-new`;
      const moved = { ...WRITER, addresses: ['10.0.0.9', '10.0.0.8'], initiator };
      await backend.publish(volume, moved, call());
      expect(await publishedTo(volume)).to.deep.equal([kept(moved)]);
      const other = nodeAt('node-2', ['10.0.0.2'], false);
      const fault = await faultOf('wrong-state', backend.publish(volume, other, call()));
      expect(fault.message).to.include('node-1');
      await faultOf('wrong-state', backend.publish(volume, { ...other, isReadonly: true }, call()));
      expect(await publishedTo(volume)).to.deep.equal([kept(moved)]);
    });

    it('publishes it to many readers, and then to no writer', async () => {
      const volume = await create();
      for (const reader of READERS) await backend.publish(volume, reader, call());
      expect(await publishedTo(volume)).to.have.deep.members(READERS.map(kept));
      const writer = nodeAt('node-3', ['10.0.0.3'], false);
      await faultOf('wrong-state', backend.publish(volume, writer, call()));
    });

    it('takes it from one node, or from all, and deletes it only then', async () => {
      const volume = await create();
      for (const reader of READERS) await backend.publish(volume, reader, call());
      for (const _ of [1, 2]) await backend.unpublish(volume, 'node-1', call());
      expect(await publishedTo(volume)).to.deep.equal(READERS.slice(1).map(kept));
      const fault = await faultOf('wrong-state', backend.delete(volume, call()));
      expect(fault.message).to.include('node-2');
      await backend.unpublish(volume, undefined, call());
      expect(await publishedTo(volume)).to.deep.equal([]);
      for (const _ of [1, 2]) await backend.delete(volume, call());
      expect(await backend.find(volume, call())).to.equal(undefined);
    });

    it('lists them in pages, with who has them', async () => {
      const volume = await create();
      await backend.publish(volume, WRITER, call());
      const all = await backend.list({ after: '', limit: 1000 }, call());
      expect(all.more).to.equal(false);
      const names = all.volumes.map(({ name }) => name);
      expect(names).to.deep.equal(names.toSorted()).and.include(volume.name);
      expect(all.volumes.find(({ name }) => name === volume.name)?.published).to.deep.equal([kept(WRITER)]);
      const [first, second] = names;
      expect(await backend.list({ after: first ?? '', limit: 1 }, call())).to.deep.equal({
        volumes: all.volumes.filter(({ name }) => name === second),
        more: true,
      });
      expect((await backend.list({ after: names.at(-1) ?? '', limit: 1 }, call())).volumes).to.deep.equal([]);
    });
  });
}
