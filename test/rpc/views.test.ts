import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import {
  createRequest,
  errorOf,
  GIB,
  type Harness,
  MIB,
  MOUNT,
  NOTHING,
  startController,
} from './controller-harness.ts';
import { fromSnapshot, SNAPSHOT, SOURCE, withSnapshot } from './snapshot-use-cases.ts';
import { createView, READERS } from './view-use-cases.ts';

describe('read-only views of a snapshot', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startController();
    await withSnapshot(harness);
  });
  afterEach(() => harness[Symbol.asyncDispose]());

  const view = async (name: string, change = {}) =>
    (await createView(harness, name, change)).volume?.volumeId ?? expect.fail('no volume');
  const remove = (volumeId: string) => harness.rpc('DeleteVolume', { volumeId });
  const refusal = async (work: Promise<unknown>) => {
    const { code, details } = await errorOf(work);
    return `${status[code]} ${details}`;
  };
  /** Those that are no claim's own. */
  const shared = () => harness.backend.state.volumes.filter(({ metadata }) => !metadata['owner']);
  const nameOf = (volumeId: string) => parseVolumeName(/:([^:/]+)\/[^/]*$/.exec(volumeId)?.[1] ?? '');
  const listed = async () =>
    (await harness.rpc('ListVolumes', {})).entries.map(({ volume }) => volume?.volumeId ?? '').sort();

  it('are of one volume, however many claims there are, and each has an id of its own', async () => {
    const ids = [await view('rox-1'), await view('rox-2'), await view('rox-3')];
    expect(new Set(ids).size).to.equal(3);
    for (const id of ids) expect(id).to.match(/^gl1:view:east:view-[0-9a-f-]+\/[0-9a-f]{16}$/);
    expect(shared()).to.have.length(1);
    expect(shared()[0]).to.deep.include({ state: 'Started', capacityBytes: BigInt(GIB) });
    const { volume } = await createView(harness, 'rox-1');
    expect(volume).to.deep.include({ volumeId: ids[0], capacityBytes: String(GIB) });
    expect(volume?.contentSource?.snapshot?.snapshotId).to.equal(SNAPSHOT);
    const got = await harness.rpc('ControllerGetVolume', { volumeId: ids[0] ?? '' });
    expect(got.volume).to.deep.equal(volume);
    expect(await listed()).to.deep.equal([...ids, SOURCE].sort());
  });

  it('outlive their snapshot and its source, go in any order, and the last takes the volume along', async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const ids = [await view('rox-1'), await view('rox-2'), await view('rox-3')];
      await harness.rpc('DeleteSnapshot', { snapshotId: SNAPSHOT });
      await remove(SOURCE);
      expect((await createView(harness, 'rox-2')).volume?.volumeId).to.equal(ids[1]);
      for (const [gone, index] of order.entries()) {
        expect(shared()).to.have.length(1);
        const id = ids[index] ?? '';
        await remove(id);
        await remove(id);
        expect(await refusal(harness.rpc('ControllerGetVolume', { volumeId: id }))).to.match(/^NOT_FOUND /);
        expect(await listed()).to.have.length(2 - gone);
      }
      expect(harness.backend.state).to.deep.equal(NOTHING);
      await withSnapshot(harness);
    }
  });

  it('are of other volumes for other classes, sizes and moments', async () => {
    const first = nameOf(await view('rox-1'));
    const larger = nameOf(await view('rox-2', { capacityRange: { requiredBytes: GIB + 1 } }));
    const parameters = { options: 'performance.quick-read=off' };
    const other = nameOf(await view('rox-3', { parameters }));
    expect(shared().find(({ name }) => name === larger)?.capacityBytes).to.equal(BigInt(GIB + MIB));
    await harness.rpc('DeleteSnapshot', { snapshotId: SNAPSHOT });
    await harness.rpc('CreateSnapshot', { name: 'snap-0', sourceVolumeId: SOURCE });
    await harness.rpc('CreateSnapshot', { name: 'snap-1', sourceVolumeId: SOURCE });
    const later = nameOf(await view('rox-4'));
    expect(new Set([first, larger, other, later]).size).to.equal(4);
  });

  it('are made only for readers, else the claim gets a volume of its own', async () => {
    const writer = await harness.rpc(
      'CreateVolume',
      createRequest('rwx-1', { ...fromSnapshot, volumeCapabilities: [...READERS, MOUNT] }),
    );
    expect(writer.volume?.volumeId).to.equal('gl1:volume:east:rwx-1');
    const accessMode = { mode: 'SINGLE_NODE_READER_ONLY' } as const;
    expect(await view('rox-1', { volumeCapabilities: [{ ...MOUNT, accessMode }] })).to.include('gl1:view:');
  });

  it('are volumes of their own where metadata cannot be changed safely, as with glusterd2 alone', async () => {
    harness.backend.exchanges = false;
    expect(await view('rox-1')).to.equal('gl1:volume:east:rox-1');
    harness.backend.exchanges = true;
    expect(await view('rox-1')).to.equal('gl1:volume:east:rox-1');
    await remove('gl1:volume:east:rox-1');
    expect(await view('rox-1')).to.include('gl1:view:');
  });

  it('conflict when the name asks for something else', async () => {
    await view('rox-1');
    await harness.rpc('CreateSnapshot', { name: 'snap-2', sourceVolumeId: SOURCE });
    const before = harness.backend.state;
    const other = { volumeContentSource: { snapshot: { snapshotId: 'gl1:snap:east:snap-2' } } };
    const changes = [
      other,
      { capacityRange: { requiredBytes: 2 * GIB } },
      { parameters: { options: 'a.b=1' } },
    ];
    for (const change of changes) {
      expect(await refusal(view('rox-1', change))).to.match(/^ALREADY_EXISTS view rox-1 exists, and volume /);
    }
    expect(harness.backend.state).to.deep.equal(before);
  });

  it('keep the rules of clones', async () => {
    const cases: [object, RegExp][] = [
      [{ capacityRange: { requiredBytes: MIB } }, /^OUT_OF_RANGE .* a clone at least as many/],
      [{ parameters: { replica: '1' } }, /^INVALID_ARGUMENT .* has layout /],
      [
        { volumeContentSource: { snapshot: { snapshotId: 'gl1:snap:east:ghost' } } },
        /^NOT_FOUND .*:ghost does not exist/,
      ],
      [{ capacityRange: { requiredBytes: 8_000_000 * GIB } }, /^RESOURCE_EXHAUSTED .* are free/],
    ];
    for (const [change, words] of cases) {
      const before = harness.backend.state;
      expect(await refusal(view('rox-1', change))).to.match(words);
      expect(harness.backend.state).to.deep.equal(before);
    }
  });

  it('are neither written, expanded, snapshotted nor cloned, and say what to do', async () => {
    const volumeId = await view('rox-1');
    const validate = (volumeCapabilities: readonly (typeof MOUNT)[], parameters = {}) =>
      harness.rpc('ValidateVolumeCapabilities', {
        volumeId,
        volumeCapabilities: [...volumeCapabilities],
        parameters,
      });
    expect((await validate([...READERS], { replica: '3' })).confirmed).not.to.equal(null);
    expect((await validate([...READERS], { replica: '1' })).message).to.include('other parameters');
    expect((await validate([MOUNT])).message).to.match(
      /MULTI_NODE_MULTI_WRITER is not served: .*ReadOnlyMany/,
    );
    const capacityRange = { requiredBytes: 2 * GIB };
    const from = { volumeContentSource: { volume: { volumeId } } };
    expect(await refusal(harness.rpc('ControllerExpandVolume', { volumeId, capacityRange }))).to.match(
      /^INVALID_ARGUMENT volume_id: is a read-only view of a snapshot.* restore the snapshot/,
    );
    expect(await refusal(harness.rpc('CreateSnapshot', { name: 's', sourceVolumeId: volumeId }))).to.match(
      /^INVALID_ARGUMENT source_volume_id: is a read-only view.* name the snapshot/,
    );
    expect(await refusal(harness.rpc('CreateVolume', createRequest('c', from)))).to.match(
      /^INVALID_ARGUMENT .*: is a read-only view.* name the snapshot/,
    );
    expect((await harness.rpc('ListSnapshots', { sourceVolumeId: volumeId })).entries).to.deep.equal([]);
  });

  it('keep their volume from everything that is meant for a claim’s own', async () => {
    const name = nameOf(await view('rox-1'));
    const volumeId = `gl1:volume:east:${name}`;
    const before = harness.backend.state;
    expect(await refusal(remove(volumeId))).to.match(/^FAILED_PRECONDITION /);
    const expand = { volumeId, capacityRange: { requiredBytes: 2 * GIB } };
    expect(await refusal(harness.rpc('ControllerExpandVolume', expand))).to.match(/^FAILED_PRECONDITION /);
    expect(await refusal(remove('gl1:view:east:pvc-1/0123456789abcdef'))).to.match(
      /^FAILED_PRECONDITION volume pvc-1 was not made by .* for views/,
    );
    expect(await refusal(remove('gl1:view:west:pvc-1/0123456789abcdef'))).to.match(
      /^FAILED_PRECONDITION cluster "west" is not configured/,
    );
    await remove(`gl1:view:east:${name}/0123456789abcdef`);
    await remove('gl1:view:east:ghost/0123456789abcdef');
    expect(harness.backend.state).to.deep.equal(before);
  });

  it('keep the last one while it is mounted; who comes meanwhile waits, and then gets a volume anew', async () => {
    const [first, second] = [await view('rox-1'), await view('rox-2')];
    const client = harness.backend.connectClient(nameOf(first));
    await remove(first);
    expect(await refusal(remove(second))).to.match(/^FAILED_PRECONDITION .* in use by clients/);
    expect(await listed()).to.deep.equal([second, SOURCE].sort());
    expect(await refusal(view('rox-3'))).to.match(/^ABORTED .* is being deleted: .*in use.*; retry/);
    expect(await refusal(view('rox-2'))).to.match(/^ABORTED /);
    client[Symbol.dispose]();
    expect(nameOf(await view('rox-3'))).to.equal(nameOf(first));
    await remove(second);
    expect(await listed()).to.have.length(2);
  });

  it('go into a further volume when one can remember no more', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `${index}-`.padEnd(128, 'x'));
    const ids: string[] = [];
    for (const name of names) ids.push(await view(name));
    expect(shared()).to.have.length(2);
    expect(await view(names[0] ?? '')).to.equal(ids[0]);
    expect(await view(names.at(-1) ?? '')).to.equal(ids.at(-1));
    for (const size of [1, 7, 29, 31, 32]) {
      const pages: string[] = [];
      for (let startingToken = '', more = true; more; ) {
        const page = await harness.rpc('ListVolumes', { maxEntries: size, startingToken });
        expect(page.entries.length).to.be.within(1, size);
        pages.push(...page.entries.map(({ volume }) => volume?.volumeId ?? ''));
        startingToken = page.nextToken;
        more = startingToken !== '';
      }
      expect(pages.sort()).to.deep.equal([...ids, SOURCE].sort());
    }
    for (const id of ids) await remove(id);
    expect(shared()).to.deep.equal([]);
  });

  it('are there when told, and gone when deleted, while two controllers make and delete them at once', async () => {
    await using other = await startController(['east'], [harness.backend]);
    const RETRIED = [status.ABORTED, status.UNAVAILABLE];
    const repeat = async <T>(work: (one: Harness) => Promise<T>): Promise<T> => {
      for (let tries = 0; ; tries += 1) {
        try {
          return await work(Math.random() < 0.5 ? harness : other);
        } catch (error) {
          const { code } = error as { code: status };
          if (!RETRIED.includes(code) || tries > 200) throw error;
        }
      }
    };
    const rounds = ['a', 'b', 'c', 'd'].map(async (claim) => {
      for (let round = 0; round < 8; round += 1) {
        const { volume } = await repeat((one) => createView(one, `${claim}-${round}`));
        const volumeId = volume?.volumeId ?? '';
        const [made] = harness.backend.state.volumes.filter(({ name }) => name === nameOf(volumeId));
        expect(Object.values(made?.metadata ?? {}), 'a view that was told is there').to.include(
          `${claim}-${round}`,
        );
        await repeat((one) => one.rpc('DeleteVolume', { volumeId }));
      }
    });
    await Promise.all(rounds);
    expect(shared()).to.deep.equal([]);
  });
});
