import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import {
  createRequest,
  errorOf,
  GIB,
  type Harness,
  NOTHING,
  OWNER,
  startController,
} from './controller-harness.ts';

const SOURCE = 'gl1:volume:east:pvc-1';

describe('snapshots', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startController();
    await harness.rpc('CreateVolume', createRequest('pvc-1'));
  });
  afterEach(() => harness[Symbol.asyncDispose]());

  const take = async (name: string, change = {}) => {
    const { snapshot } = await harness.rpc('CreateSnapshot', { name, sourceVolumeId: SOURCE, ...change });
    return snapshot ?? expect.fail('no snapshot');
  };
  const list = async (request = {}) => {
    const { entries, nextToken } = await harness.rpc('ListSnapshots', request);
    return { ids: entries.map(({ snapshot }) => snapshot?.snapshotId), nextToken };
  };

  it('takes one, and tells its handle, source, exact size and moment', async () => {
    const snapshot = await take('snap-1', {
      parameters: {
        namePrefix: 'k8s_',
        'csi.storage.k8s.io/volumesnapshot/name': 'nightly',
        'csi.storage.k8s.io/volumesnapshot/namespace': 'shop',
      },
    });
    expect(snapshot).to.deep.include({
      snapshotId: 'gl1:snap:east:k8s_snap-1',
      sourceVolumeId: SOURCE,
      sizeBytes: String(GIB),
      readyToUse: true,
      groupSnapshotId: '',
    });
    expect(snapshot.creationTime).to.deep.equal({ seconds: '1767323045', nanos: 678_000_000 });
    expect(harness.backend.state.snapshots[0]?.metadata).to.deep.equal({
      format: '1',
      owner: OWNER,
      'csi-name': 'snap-1',
      class:
        '{"layout":{"kind":"replica","copies":3,"distribute":1},"brickType":"loop","zones":[],"options":{}}',
      volumesnapshot: 'nightly',
      namespace: 'shop',
    });
  });

  it('keeps the size of its moment while the source grows, and outlives the source', async () => {
    const first = await take('snap-1');
    const capacityRange = { requiredBytes: 2 * GIB };
    await harness.rpc('ControllerExpandVolume', { volumeId: SOURCE, capacityRange });
    expect(await take('snap-1')).to.deep.equal(first);
    expect((await take('snap-2')).sizeBytes).to.equal(String(2 * GIB));
    await harness.rpc('DeleteVolume', { volumeId: SOURCE });
    const { snapshot } = await harness.rpc('GetSnapshot', { snapshotId: first.snapshotId });
    expect(snapshot).to.deep.equal(first);
    expect((await list({ sourceVolumeId: SOURCE })).ids).to.have.length(2);
  });

  it('is ready only when it can be restored', async () => {
    const { snapshotId } = await take('snap-1');
    harness.backend.snapshots.unready.add(parseVolumeName('snap-1'));
    expect((await take('snap-1')).readyToUse).to.equal(false);
    expect((await harness.rpc('GetSnapshot', { snapshotId })).snapshot?.readyToUse).to.equal(false);
  });

  it('refuses a name that is taken by a snapshot of another volume, by a volume, or by somebody else', async () => {
    await harness.rpc('CreateVolume', createRequest('pvc-2'));
    await take('snap-1');
    const before = harness.backend.state;
    const other = await errorOf(take('snap-1', { sourceVolumeId: 'gl1:volume:east:pvc-2' }));
    expect(other.code).to.equal(status.ALREADY_EXISTS);
    expect(other.details).to.match(/snapshot snap-1 exists and is of volume pvc-1, not of pvc-2/);
    const volume = await errorOf(take('pvc-2'));
    expect(volume.code).to.equal(status.ALREADY_EXISTS);
    const metadata = { owner: 'somebody' };
    const [name, source] = [parseVolumeName('theirs'), parseVolumeName('pvc-1')];
    const call = { id: 'test', signal: AbortSignal.timeout(5_000) };
    expect(harness.backend.state).to.deep.equal(before);
    await harness.backend.createSnapshot({ name, source, metadata }, call);
    expect((await errorOf(take('theirs'))).details).to.match(/was not made by file\.csi\.gluster\.org/);
    const deleted = await errorOf(harness.rpc('DeleteSnapshot', { snapshotId: 'gl1:snap:east:theirs' }));
    expect(deleted.code).to.equal(status.FAILED_PRECONDITION);
    expect(deleted.details).to.match(/was not made by .* delete it by hand/);
    expect((await list()).ids).to.deep.equal(['gl1:snap:east:snap-1']);
  });

  it('is neither taken of nothing nor of a volume that somebody else made', async () => {
    const gone = await errorOf(take('snap-1', { sourceVolumeId: 'gl1:volume:east:ghost' }));
    expect(gone.code).to.equal(status.NOT_FOUND);
    harness.backend.addForeign({
      name: parseVolumeName('theirs'),
      capacityBytes: 5n,
      state: 'Started',
      layout: { kind: 'plain', distribute: 1 },
      metadata: {},
    });
    const foreign = await errorOf(take('snap-1', { sourceVolumeId: 'gl1:volume:east:theirs' }));
    expect(foreign.code).to.equal(status.FAILED_PRECONDITION);
    expect(foreign.details).to.match(/volume theirs was not made by .* copy its files into one that was/);
    expect(harness.backend.state.snapshots).to.deep.equal([]);
  });

  it('is deleted once and again, and then not found', async () => {
    const { snapshotId } = await take('snap-1');
    await harness.rpc('DeleteSnapshot', { snapshotId });
    await harness.rpc('DeleteSnapshot', { snapshotId });
    expect((await errorOf(harness.rpc('GetSnapshot', { snapshotId }))).code).to.equal(status.NOT_FOUND);
    expect((await list({ snapshotId })).ids).to.deep.equal([]);
    await harness.rpc('DeleteVolume', { volumeId: SOURCE });
    expect(harness.backend.state).to.deep.equal(NOTHING);
  });

  it('is listed by id, by source and by both, and not for others', async () => {
    await harness.rpc('CreateVolume', createRequest('pvc-2'));
    const other = 'gl1:volume:east:pvc-2';
    const { snapshotId } = await take('a');
    await take('b');
    await take('c', { sourceVolumeId: other });
    expect((await list({ snapshotId })).ids).to.deep.equal([snapshotId]);
    expect((await list({ snapshotId, sourceVolumeId: SOURCE })).ids).to.deep.equal([snapshotId]);
    expect((await list({ snapshotId, sourceVolumeId: other })).ids).to.deep.equal([]);
    expect((await list({ sourceVolumeId: SOURCE })).ids).to.have.length(2);
    for (const nothing of ['nonsense', 'gl1:volume:east:ghost', 'gl1:subvol:east:pvc-1/a']) {
      expect((await list({ sourceVolumeId: nothing })).ids, nothing).to.deep.equal([]);
    }
    for (const nothing of ['nonsense', 'gl1:snap:east:ghost', SOURCE, 'gl1:group:east:a']) {
      expect((await list({ snapshotId: nothing })).ids, nothing).to.deep.equal([]);
    }
  });

  it('takes every name that CSI allows', async () => {
    for (const name of ['..', 'a/b', '-rf', 'all', 'ünïcödé-名前', 'x'.repeat(128), ' ']) {
      const { snapshotId } = await take(name);
      expect(snapshotId).to.match(/^gl1:snap:east:[A-Za-z0-9_][A-Za-z0-9_-]{0,71}$/);
      expect((await take(name)).snapshotId).to.equal(snapshotId);
    }
  });

  it('does not exclude another of the same volume for long: one is told to retry', async () => {
    const outcomes = await Promise.allSettled([take('a'), take('b'), take('c')]);
    for (const one of outcomes) {
      if (one.status === 'rejected') expect(one.reason.code).to.equal(status.ABORTED);
    }
    for (const name of ['a', 'b', 'c']) await take(name);
    expect((await list()).ids).to.have.length(3);
  });
});

describe('snapshots of several clusters', () => {
  it('are listed in pages of every size once, cluster by cluster', async () => {
    await using harness = await startController(['west', 'east']);
    const all: string[] = [];
    for (const cluster of ['east', 'west']) {
      await harness.rpc('CreateVolume', createRequest('pvc-1', { parameters: { cluster } }));
      for (const name of ['a', 'b', 'c']) {
        const request = { name, sourceVolumeId: `gl1:volume:${cluster}:pvc-1` };
        all.push((await harness.rpc('CreateSnapshot', request)).snapshot?.snapshotId ?? '');
      }
    }
    for (const maxEntries of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const seen: (string | undefined)[] = [];
      let startingToken = '';
      do {
        const page = await harness.rpc('ListSnapshots', { maxEntries, startingToken });
        expect(page.entries.length).to.be.at.most(maxEntries === 0 ? 1000 : maxEntries);
        seen.push(...page.entries.map(({ snapshot }) => snapshot?.snapshotId));
        startingToken = page.nextToken;
      } while (startingToken !== '');
      expect(seen, `pages of ${maxEntries}`).to.deep.equal(all);
    }
    const { entries } = await harness.rpc('ListSnapshots', { sourceVolumeId: 'gl1:volume:west:pvc-1' });
    expect(entries.map(({ snapshot }) => snapshot?.snapshotId)).to.deep.equal(all.slice(3));
    harness.backends[0]?.faults.plan('snapshot.list', 'fail-before');
    expect((await errorOf(harness.rpc('ListSnapshots', {}))).code).to.equal(status.UNAVAILABLE);
  });
});
