import { expect } from 'chai';
import type { Call } from '../../src/control/call.ts';
import { Fault, type FaultKind } from '../../src/control/fault.ts';
import type { Backend } from '../../src/volumes/backend.ts';
import { parseVolumeName, type VolumeName } from '../../src/volumes/ids.ts';
import type { VolumeClass, VolumeSpec } from '../../src/volumes/spec.ts';

/** A cluster to hold against the promises of the Backend port. */
export interface ContractSubject extends AsyncDisposable {
  readonly backend: Backend;
  readonly volumeClass: VolumeClass;
  /** Small, in whole MiB; the cluster has room for a few dozen of them. */
  readonly sizeBytes: bigint;
  /** More than the cluster has. */
  readonly tooLargeBytes: bigint;
  /** Mounts a volume until the disposal. */
  connectClient(name: VolumeName): Promise<AsyncDisposable>;
}

const MARK = { key: 'owner', value: `contract-${process.pid}` };
let made = 0;

export function call(signal: AbortSignal = AbortSignal.timeout(120_000)): Call {
  return { id: 'contract', signal };
}

/** The Fault of this kind that the work throws; fails when it throws another one or none. */
export async function faultOf(kind: FaultKind, work: Promise<unknown>): Promise<Fault> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(error.kind, error.message).to.equal(kind);
    return error;
  }
  throw new Error(`a fault of kind ${kind} was expected, and nothing failed`);
}

/**
 * The suite that every Backend passes: in memory, over the gateway on the pool, over a real glusterd2's replies.
 * `tellsClients` is false for glusterd2 alone, which has no way to tell whether a client is connected.
 */
export function backendContract(
  name: string,
  makeSubject: () => Promise<ContractSubject>,
  { tellsClients = true } = {},
): void {
  describe(`${name} keeps the promises of the Backend port`, () => {
    let subject: ContractSubject;
    let backend: Backend;
    before(async () => {
      subject = await makeSubject();
      backend = subject.backend;
    });
    after(() => subject[Symbol.asyncDispose]());

    const newSpec = (change: Partial<VolumeSpec> = {}): VolumeSpec => {
      made += 1;
      const volumeName = parseVolumeName(`contract-${process.pid}-${String(made).padStart(4, '0')}`);
      const size = { capacityBytes: subject.sizeBytes };
      return { ...subject.volumeClass, name: volumeName, csiName: volumeName, ...size, ...change };
    };
    const metadata = { [MARK.key]: MARK.value, note: 'a "quoted" text, with = and ü' };
    const create = async (change: Partial<VolumeSpec> = {}): Promise<VolumeSpec> => {
      const spec = newSpec(change);
      expect(await backend.create(spec, metadata, call())).to.equal('created');
      return spec;
    };

    it('answers a ping', () => backend.ping(call()));

    it('finds nothing under an unknown name', async () => {
      expect(await backend.find(newSpec().name, call())).to.equal(undefined);
    });

    it('makes a volume with its size, layout and metadata, not started', async () => {
      const spec = await create();
      expect(await backend.find(spec.name, call())).to.deep.include({
        name: spec.name,
        capacityBytes: spec.capacityBytes,
        state: 'Created',
        layout: spec.layout,
      });
      expect((await backend.find(spec.name, call()))?.metadata).to.deep.equal(metadata);
      await backend.delete(spec.name, call());
    });

    it('says "exists" and changes nothing when the name is taken, whatever is asked for', async () => {
      const spec = await create();
      const before = await backend.find(spec.name, call());
      expect(await backend.create(spec, metadata, call())).to.equal('exists');
      const other = { ...spec, capacityBytes: subject.tooLargeBytes };
      expect(await backend.create(other, { owner: 'somebody' }, call())).to.equal('exists');
      expect(await backend.find(spec.name, call())).to.deep.equal(before);
      await backend.delete(spec.name, call());
    });

    it('starts a volume, once or twice, and no unknown one', async () => {
      const spec = await create();
      await backend.start(spec.name, call());
      await backend.start(spec.name, call());
      expect((await backend.find(spec.name, call()))?.state).to.equal('Started');
      await faultOf('not-found', backend.start(newSpec().name, call()));
      await backend.delete(spec.name, call());
    });

    it('deletes a started volume, one that never was, and one that is gone', async () => {
      const [started, created] = [await create(), await create()];
      await backend.start(started.name, call());
      for (const { name: volume } of [started, created, started, newSpec()]) {
        await backend.delete(volume, call());
        expect(await backend.find(volume, call())).to.equal(undefined);
      }
    });

    it('gives a deleted volume’s name away again', async () => {
      const spec = await create();
      await backend.delete(spec.name, call());
      expect(await backend.create(spec, metadata, call())).to.equal('created');
      await backend.delete(spec.name, call());
    });

    const refusesWhileMounted = async () => {
      const spec = await create();
      await backend.start(spec.name, call());
      {
        await using _client = await subject.connectClient(spec.name);
        await faultOf('wrong-state', backend.delete(spec.name, call()));
        expect((await backend.find(spec.name, call()))?.state).to.equal('Started');
      }
      await backend.delete(spec.name, call());
    };
    if (tellsClients) {
      it('refuses to delete a volume that a client has mounted, and leaves it running', refusesWhileMounted);
    }

    it('expands, never shrinks, and says the size that there is', async () => {
      const spec = await create();
      await backend.start(spec.name, call());
      const larger = spec.capacityBytes * 2n;
      for (const asked of [larger, larger, spec.capacityBytes]) {
        expect(await backend.resize(spec.name, asked, call())).to.equal(larger);
        expect((await backend.find(spec.name, call()))?.capacityBytes).to.equal(larger);
      }
      await backend.delete(spec.name, call());
    });

    it('refuses to expand what is unknown, or beyond what there is, and changes nothing', async () => {
      const spec = await create();
      await backend.start(spec.name, call());
      await faultOf('not-found', backend.resize(newSpec().name, spec.capacityBytes, call()));
      await faultOf('exhausted', backend.resize(spec.name, subject.tooLargeBytes, call()));
      expect((await backend.find(spec.name, call()))?.capacityBytes).to.equal(spec.capacityBytes);
      await backend.delete(spec.name, call());
    });

    it('refuses to make more than there is, says how much there is, and leaves nothing', async () => {
      const spec = newSpec({ capacityBytes: subject.tooLargeBytes });
      const fault = await faultOf('exhausted', backend.create(spec, metadata, call()));
      expect(fault.message).to.match(/\d/);
      expect(await backend.find(spec.name, call())).to.equal(undefined);
    });

    it('tells a capacity that a volume can have', async () => {
      const { availableBytes, maximumVolumeBytes } = await backend.capacity(subject.volumeClass, call());
      expect(maximumVolumeBytes >= subject.sizeBytes, String(maximumVolumeBytes)).to.equal(true);
      expect(availableBytes >= maximumVolumeBytes, String(availableBytes)).to.equal(true);
      expect(maximumVolumeBytes < subject.tooLargeBytes).to.equal(true);
    });

    it('lists what has the metadata, in order of name and in pages', async () => {
      const specs = [await create(), await create(), await create()];
      const mine = specs.map((spec) => spec.name).sort();
      const whole = await backend.list({ ...MARK, after: '', limit: 100 }, call());
      expect(whole.volumes.map((volume) => volume.name)).to.deep.equal(mine);
      expect(whole.more).to.equal(false);
      const first = await backend.list({ ...MARK, after: '', limit: 2 }, call());
      expect(first.volumes.map((volume) => volume.name)).to.deep.equal(mine.slice(0, 2));
      expect(first.more).to.equal(true);
      const second = await backend.list({ ...MARK, after: mine[1] ?? '', limit: 2 }, call());
      expect(second.volumes.map((volume) => volume.name)).to.deep.equal(mine.slice(2));
      expect(second.more).to.equal(false);
      const others = await backend.list({ key: MARK.key, value: 'nobody', after: '', limit: 9 }, call());
      expect(others).to.deep.equal({ volumes: [], more: false });
      for (const volume of mine) await backend.delete(volume, call());
    });

    it('makes one volume of several requests for the same name at once', async () => {
      const spec = newSpec();
      const outcomes = await Promise.allSettled([1, 2, 3].map(() => backend.create(spec, metadata, call())));
      const words = outcomes.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.kind));
      const created = words.filter((word) => word === 'created');
      expect(created, words.join()).to.have.length(1);
      expect(words.filter((word) => !['created', 'exists', 'busy'].includes(word))).to.deep.equal([]);
      expect(await backend.create(spec, metadata, call())).to.equal('exists');
      await backend.delete(spec.name, call());
    });

    it('changes nothing for a caller that has gone', async () => {
      const spec = newSpec();
      const gone = call(AbortSignal.abort(new DOMException('gone', 'AbortError')));
      await faultOf('cancelled', backend.create(spec, metadata, gone));
      expect(await backend.find(spec.name, call())).to.equal(undefined);
    });
  });
}
