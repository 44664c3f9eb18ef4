import { expect } from 'chai';
import type { Backend } from '../../src/volumes/backend.ts';
import { parseVolumeName, type VolumeName } from '../../src/volumes/ids.ts';
import type { SnapshotRequest } from '../../src/volumes/snapshot.ts';
import type { VolumeSpec } from '../../src/volumes/spec.ts';
import { type ContractSubject, call, faultOf } from './backend.ts';

const MARK = { key: 'owner', value: `snapshots-${process.pid}` };
let made = 0;

/** What a cluster of this kind cannot do. */
export interface SnapshotLimits {
  /** glusterd2 alone has no groups. */
  readonly hasGroups?: boolean;
  /** Snapshots of loop bricks outlive their source; of LVM bricks they keep it. */
  readonly outlivesSource?: boolean;
  /** glusterd2 alone gives a clone its source's size, whatever is asked for. */
  readonly clonesBySize?: boolean;
}

/** The suite that the snapshots of every Backend pass. */
export function snapshotContract(
  name: string,
  makeSubject: () => Promise<ContractSubject>,
  { hasGroups = true, outlivesSource = true, clonesBySize = true }: SnapshotLimits = {},
): void {
  describe(`${name} keeps the promises of the Backend port about snapshots`, () => {
    let subject: ContractSubject;
    let backend: Backend;
    const volumes: VolumeName[] = [];
    const snapshots: VolumeName[] = [];
    before(async () => {
      subject = await makeSubject();
      backend = subject.backend;
    });
    afterEach(async () => {
      for (const one of snapshots.splice(0)) await backend.deleteSnapshot(one, call());
      for (const one of volumes.splice(0)) await backend.delete(one, call());
    });
    after(() => subject[Symbol.asyncDispose]());

    const newName = (): VolumeName => {
      made += 1;
      return parseVolumeName(`snap-${process.pid}-${String(made).padStart(4, '0')}`);
    };
    const newSpec = (change: Partial<VolumeSpec> = {}): VolumeSpec => {
      const volume = newName();
      const size = { capacityBytes: subject.sizeBytes };
      return { ...subject.volumeClass, name: volume, csiName: volume, ...size, ...change };
    };
    const metadataOf = (csiName: string) => ({
      [MARK.key]: MARK.value,
      'csi-name': csiName,
      note: 'a "q" ü',
    });
    const volume = async (): Promise<VolumeSpec> => {
      const spec = newSpec();
      await backend.create(spec, metadataOf(spec.name), call());
      volumes.push(spec.name);
      await backend.start(spec.name, call());
      return spec;
    };
    const request = (source: VolumeName): SnapshotRequest => {
      const snapshot = newName();
      snapshots.push(snapshot);
      return { name: snapshot, source, metadata: metadataOf(snapshot) };
    };
    const take = async (source: VolumeName) => backend.createSnapshot(request(source), call());

    it('takes one of a volume, with its size, moment and metadata', async () => {
      const source = await volume();
      const asked = request(source.name);
      const snapshot = await backend.createSnapshot(asked, call());
      expect(snapshot).to.deep.include({
        name: asked.name,
        source: source.name,
        capacityBytes: source.capacityBytes,
        isReady: true,
        metadata: asked.metadata,
        group: undefined,
      });
      expect(snapshot.created.getTime()).to.be.above(0);
      expect(await backend.findSnapshot(asked.name, call())).to.deep.equal(snapshot);
      expect(await backend.find(asked.name, call())).to.equal(undefined);
    });

    it('returns the one that has the name, and changes nothing, whatever is asked for', async () => {
      const [source, other] = [await volume(), await volume()];
      const asked = request(source.name);
      const snapshot = await backend.createSnapshot(asked, call());
      expect(await backend.createSnapshot(asked, call())).to.deep.equal(snapshot);
      const metadata = { owner: 'somebody' };
      const different = { ...asked, source: other.name, metadata };
      expect(await backend.createSnapshot(different, call())).to.deep.equal(snapshot);
      expect(await backend.findSnapshot(asked.name, call())).to.deep.equal(snapshot);
    });

    it('takes none of an unknown volume, and none with the name of a volume', async () => {
      await faultOf('not-found', backend.createSnapshot(request(newName()), call()));
      const source = await volume();
      const taken = { ...request(source.name), name: source.name };
      await faultOf('conflict', backend.createSnapshot(taken, call()));
    });

    it('finds nothing under an unknown name, and deletes it with success', async () => {
      const unknown = newName();
      expect(await backend.findSnapshot(unknown, call())).to.equal(undefined);
      await backend.deleteSnapshot(unknown, call());
      const { name: known } = await take((await volume()).name);
      await backend.deleteSnapshot(known, call());
      await backend.deleteSnapshot(known, call());
      expect(await backend.findSnapshot(known, call())).to.equal(undefined);
    });

    it('lists by metadata and source, in order of name and in pages', async () => {
      const [source, other] = [await volume(), await volume()];
      const names: VolumeName[] = [];
      for (let i = 0; i < 3; i += 1) names.push((await take(source.name)).name);
      const unmarked = { ...request(source.name), metadata: { 'csi-name': 'x' } };
      await backend.createSnapshot(unmarked, call());
      const foreign = await take(other.name);
      const query = { ...MARK, source: source.name, after: '', limit: 9 };
      const whole = await backend.listSnapshots(query, call());
      expect(whole.snapshots.map((one) => one.name)).to.deep.equal(names);
      expect(whole.more).to.equal(false);
      const first = await backend.listSnapshots({ ...query, limit: 2 }, call());
      expect(first.snapshots.map((one) => one.name)).to.deep.equal(names.slice(0, 2));
      expect(first.more).to.equal(true);
      const second = await backend.listSnapshots({ ...query, limit: 2, after: names[1] ?? '' }, call());
      expect(second.snapshots.map((one) => one.name)).to.deep.equal(names.slice(2));
      expect(second.more).to.equal(false);
      const all = await backend.listSnapshots({ ...query, source: undefined }, call());
      expect(all.snapshots.map((one) => one.name)).to.deep.equal([...names, foreign.name]);
      const none = { snapshots: [], more: false };
      expect(await backend.listSnapshots({ ...query, source: newName() }, call())).to.deep.equal(none);
      expect(await backend.listSnapshots({ ...query, value: 'nobody' }, call())).to.deep.equal(none);
    });

    it('makes a clone with its name, size and metadata, once', async () => {
      const snapshot = await take((await volume()).name);
      const spec = newSpec(clonesBySize ? { capacityBytes: subject.sizeBytes * 2n } : {});
      volumes.push(spec.name);
      const asked = { snapshot: snapshot.name, spec, metadata: metadataOf(spec.name) };
      const clone = await backend.clone(asked, call());
      expect(clone).to.deep.include({
        name: spec.name,
        capacityBytes: spec.capacityBytes,
        layout: spec.layout,
        metadata: asked.metadata,
      });
      expect((await backend.clone(asked, call()))?.name).to.equal(spec.name);
      await backend.start(spec.name, call());
      expect((await backend.find(spec.name, call()))?.state).to.equal('Started');
      expect((await backend.clone(asked, call()))?.metadata).to.deep.equal(asked.metadata);
      expect(await backend.findSnapshot(snapshot.name, call())).to.deep.equal(snapshot);
    });

    it('makes no clone of nothing, nor with the name of another volume', async () => {
      const source = await volume();
      const spec = newSpec();
      const metadata = metadataOf(spec.name);
      await faultOf('not-found', backend.clone({ snapshot: newName(), spec, metadata }, call()));
      const { name: snapshot } = await take(source.name);
      const other = await volume();
      const taken = { ...spec, name: other.name, csiName: 'another' };
      const clone = { snapshot, spec: taken, metadata: metadataOf('another') };
      expect(await backend.clone(clone, call())).to.equal(undefined);
      expect((await backend.find(other.name, call()))?.metadata).to.deep.equal(metadataOf(other.name));
    });

    if (clonesBySize) {
      it('makes no clone that is smaller than its snapshot, or larger than there is room for', async () => {
        const { name: snapshot } = await take((await volume()).name);
        const small = newSpec({ capacityBytes: subject.sizeBytes / 2n });
        const metadata = metadataOf(small.name);
        await faultOf('out-of-range', backend.clone({ snapshot, spec: small, metadata }, call()));
        const large = { ...small, capacityBytes: subject.tooLargeBytes };
        await faultOf('exhausted', backend.clone({ snapshot, spec: large, metadata }, call()));
        expect(await backend.find(small.name, call())).to.equal(undefined);
      });
    }

    it(outlivesSource ? 'outlives its source, and is cloned then' : 'keeps its source', async () => {
      const source = await volume();
      const { name: snapshot } = await take(source.name);
      if (!outlivesSource) {
        await faultOf('wrong-state', backend.delete(source.name, call()));
        expect((await backend.find(source.name, call()))?.state).to.equal('Started');
        return;
      }
      await backend.delete(source.name, call());
      const query = { ...MARK, source: source.name, after: '', limit: 9 };
      expect((await backend.listSnapshots(query, call())).snapshots).to.have.length(1);
      const spec = newSpec();
      volumes.push(spec.name);
      const clone = await backend.clone({ snapshot, spec, metadata: metadataOf(spec.name) }, call());
      expect(clone?.capacityBytes).to.equal(source.capacityBytes);
    });

    it('takes one of several requests for the same name at once', async () => {
      const asked = request((await volume()).name);
      const outcomes = await Promise.allSettled([1, 2, 3].map(() => backend.createSnapshot(asked, call())));
      const moments = outcomes.map((one) =>
        one.status === 'fulfilled' ? one.value.created.getTime() : one.reason.kind,
      );
      const told = moments.filter((one) => typeof one === 'number');
      expect(new Set(told).size, String(moments)).to.equal(1);
      for (const one of moments) if (typeof one !== 'number') expect(one).to.equal('busy');
      const snapshot = await backend.createSnapshot(asked, call());
      expect(snapshot.created.getTime()).to.equal(told[0]);
    });

    it('changes nothing for a caller that has gone', async () => {
      const asked = request((await volume()).name);
      const gone = call(AbortSignal.abort(new DOMException('gone', 'AbortError')));
      await faultOf('cancelled', backend.createSnapshot(asked, gone));
      expect(await backend.findSnapshot(asked.name, call())).to.equal(undefined);
    });

    if (!hasGroups) {
      it('refuses groups, and says why', async () => {
        const group = { name: newName(), metadata: {}, members: [request((await volume()).name)] };
        const fault = await faultOf('unsupported', backend.createGroup(group, call()));
        expect(fault.message).to.match(/cannot hold several volumes still/);
        expect(await backend.findGroup(group.name, call())).to.equal(undefined);
        await backend.deleteGroup(group.name, call());
      });
      return;
    }

    it('takes a group in one moment, once, and deletes it with its members', async () => {
      const sources = [await volume(), await volume()];
      const group = {
        name: newName(),
        metadata: metadataOf('group'),
        members: sources.map((source) => request(source.name)),
      };
      const taken = await backend.createGroup(group, call());
      expect(taken).to.deep.include({ name: group.name, isReady: true, metadata: group.metadata });
      expect(taken.snapshots.map((one) => one.name)).to.deep.equal(group.members.map((one) => one.name));
      for (const one of taken.snapshots) {
        const { metadata } = group.members.find(({ name: member }) => member === one.name) ?? {};
        expect(one).to.deep.include({ created: taken.created, group: group.name, metadata });
        expect(await backend.findSnapshot(one.name, call())).to.deep.equal(one);
      }
      expect(await backend.createGroup(group, call())).to.deep.equal(taken);
      expect(await backend.findGroup(group.name, call())).to.deep.equal(taken);
      await backend.deleteGroup(group.name, call());
      await backend.deleteGroup(group.name, call());
      expect(await backend.findGroup(group.name, call())).to.equal(undefined);
      for (const { name: member } of group.members) {
        expect(await backend.findSnapshot(member, call())).to.equal(undefined);
      }
    });

    it('takes no group when one of its volumes is unknown, and leaves nothing', async () => {
      const members = [request((await volume()).name), request(newName())];
      const group = { name: newName(), metadata: {}, members };
      await faultOf('not-found', backend.createGroup(group, call()));
      expect(await backend.findGroup(group.name, call())).to.equal(undefined);
      expect(await backend.findSnapshot(members[0]?.name ?? newName(), call())).to.equal(undefined);
    });
  });
}
