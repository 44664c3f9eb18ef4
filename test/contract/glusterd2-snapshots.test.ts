import { expect } from 'chai';
import type { Call } from '../../src/control/call.ts';
import { type Fault, isFault } from '../../src/control/fault.ts';
import type { RestBackend } from '../../src/glusterd2/backend.ts';
import { cloneVolume } from '../../src/volumes/clone-volume.ts';
import type { LocatedVolume } from '../../src/volumes/clusters.ts';
import { createSnapshot } from '../../src/volumes/create-snapshot.ts';
import { createVolume } from '../../src/volumes/create-volume.ts';
import { deleteSnapshot } from '../../src/volumes/delete-snapshot.ts';
import { deleteVolume } from '../../src/volumes/delete-volume.ts';
import {
  formatHandle,
  formatSnapshotHandle,
  parseClusterName,
  parseVolumeName,
} from '../../src/volumes/ids.ts';
import type { ContentSource } from '../../src/volumes/same-request.ts';
import type { VolumeSpec } from '../../src/volumes/spec.ts';
import type { FakeGlusterd2, Mishap } from '../fakes/glusterd2-server.ts';
import { startCluster } from './glusterd2-cluster.ts';

const GIB = 1024n ** 3n;
const owner = 'file.csi.gluster.org';
const cluster = parseClusterName('east');

describe('snapshots and clones over glusterd2 without the additions', () => {
  let glusterd2: FakeGlusterd2;
  let backend: RestBackend;
  beforeEach(async () => {
    ({ glusterd2, backend } = await startCluster());
  });
  afterEach(async () => {
    await backend.close();
    await glusterd2.close();
  });

  const call = (): Call => ({ id: 'test', signal: AbortSignal.timeout(5_000) });
  const nameOf = (text: string) => parseVolumeName(text);
  const located = (text: string): LocatedVolume => ({
    kind: 'volume',
    cluster,
    name: nameOf(text),
    backend,
  });
  function request(text: string, capacityBytes: bigint) {
    const spec: VolumeSpec = {
      name: nameOf(text),
      csiName: text,
      capacityBytes,
      layout: { kind: 'replica', copies: 3, distribute: 1 },
      brickType: 'lvm',
      zones: [],
      options: {},
    };
    // The claim is a volume's own: a clone must not keep its source's.
    const claim = text === 'v1' ? { name: 'data', namespace: 'shop' } : { name: 'copy' };
    return { backend, spec, owner, claim, range: { requiredBytes: capacityBytes, limitBytes: 0n } };
  }
  const fromSnapshot: ContentSource = {
    kind: 'snapshot',
    name: nameOf('s1'),
    handle: formatSnapshotHandle({ kind: 'snap', cluster, name: nameOf('s1') }),
  };
  const fromVolume: ContentSource = {
    kind: 'volume',
    name: nameOf('v1'),
    handle: formatHandle({ kind: 'volume', cluster, name: nameOf('v1') }),
  };
  const take = () =>
    createSnapshot(
      { source: located('v1'), name: nameOf('s1'), csiName: 's1', owner, claim: { name: 'nightly' } },
      call(),
    );
  const clone = (text: string, source: ContentSource, bytes: bigint) =>
    cloneVolume({ ...request(text, bytes), source }, call());

  /** Every change of their lives; run again after a mishap until it succeeds. */
  const life: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['create', () => createVolume(request('v1', GIB), call())],
    ['snapshot', take],
    ['restore', () => clone('c1', fromSnapshot, 2n * GIB)],
    ['clone', () => clone('c2', fromVolume, GIB)],
    ['delete a clone', () => deleteVolume(located('c1'), owner, call())],
    ['delete the other', () => deleteVolume(located('c2'), owner, call())],
    [
      'delete the snapshot',
      () => deleteSnapshot({ kind: 'snap', cluster, name: nameOf('s1'), backend }, owner, call()),
    ],
    ['delete the source', () => deleteVolume(located('v1'), owner, call())],
  ];

  async function expectRight(step: string): Promise<void> {
    const volumes = await Promise.all(['v1', 'c1', 'c2'].map((text) => backend.find(nameOf(text), call())));
    const [, c1, c2] = volumes;
    if (step === 'restore') {
      expect(c1).to.deep.include({ state: 'Started', capacityBytes: 2n * GIB });
      expect(c1?.metadata).to.deep.include({ 'csi-name': 'c1', pvc: 'copy', source: fromSnapshot.handle });
      expect(c1?.metadata).not.to.have.property('namespace');
    }
    if (step === 'clone') {
      expect(c2).to.deep.include({ state: 'Started', capacityBytes: GIB });
      expect(c2?.metadata).to.deep.include({ 'csi-name': 'c2', source: fromVolume.handle });
      expect(glusterd2.state.snapshots.names).to.deep.equal(['s1']);
    }
    if (step === 'delete the source') {
      expect(volumes).to.deep.equal([undefined, undefined, undefined]);
      expect(glusterd2.state.snapshots.names).to.deep.equal([]);
    }
  }

  it('go their way, each step twice, and keep the source’s marks apart', async () => {
    for (const [step, act] of life) {
      const first = await act();
      await expectRight(step);
      expect(await act()).to.deep.equal(first);
      await expectRight(step);
    }
  });

  for (const mishap of ['lose-request', 'lose-answer'] as const satisfies readonly Mishap[]) {
    it(`repeat each step after the ${mishap.slice(5)} of any of its requests was lost, to the same end`, async () => {
      for (const [step, act] of life) {
        const hit = new Set<string>();
        glusterd2.mishap = ({ method, url }) => {
          if (method === 'GET' || hit.has(`${method} ${url}`)) return undefined;
          hit.add(`${method} ${url}`);
          return mishap;
        };
        let outcome = 'none';
        for (let tries = 0; outcome !== 'success'; tries += 1) {
          expect(tries, step).to.be.lessThan(12);
          outcome = await act().then(
            () => 'success',
            (error: Fault) => `${error.kind}`,
          );
          expect(outcome, step).to.be.oneOf(['success', 'uncertain']);
        }
        expect(hit.size, step).to.be.greaterThan(0);
        await expectRight(step);
      }
    });
  }

  it('leaves a clone of another alone that has the name and is not up', async () => {
    await createVolume(request('v1', GIB), call());
    await take();
    await backend.create(request('c1', GIB).spec, { 'csi-name': 'somebody', owner }, call());
    const error = await clone('c1', fromSnapshot, GIB).catch((one: unknown) => one);
    expect(isFault(error, 'conflict')).to.equal(true);
    expect((await backend.find(nameOf('c1'), call()))?.metadata).to.deep.equal({
      'csi-name': 'somebody',
      owner,
    });
  });

  it('says why it takes none of loop bricks', async () => {
    const loop = request('v1', GIB);
    await createVolume({ ...loop, spec: { ...loop.spec, brickType: 'loop' } }, call());
    const error = await take().catch((one: unknown) => one);
    expect(isFault(error, 'unsupported')).to.equal(true);
    expect((error as Fault).message).to.match(
      /snapshot not supported; glusterd2 takes snapshots of brickType lvm only/,
    );
  });
});
