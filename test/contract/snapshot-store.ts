import { expect } from 'chai';
import type { FaultKind } from '../../src/control/fault.ts';
import type { BrickRequest } from '../../src/gateway/bricks/brick-store.ts';
import type { Stores } from '../../src/gateway/bricks/create-brick-store.ts';
import type { SnapshotFacts, SnapshotRequest } from '../../src/gateway/bricks/snapshot-store.ts';
import { faultOf } from '../fakes/accidents.ts';

const SERVER = 'aabbccdd-0000-4000-8000-000000000001';
const MIB = 1024n ** 2n;
const MOMENT = 1_700_000_000_123;
const VOLUME = 'v1';

/** One server's stores with two loop devices that hold nothing. */
export interface StoreSubject extends AsyncDisposable {
  readonly stores: Stores;
  readonly devices: readonly string[];
  /** Of the one file that a brick has. */
  write(brickPath: string, content: string): Promise<void>;
  /** Undefined while the brick is not there. */
  read(brickPath: string): Promise<string | undefined>;
  /** Thaws what is frozen, behind the store's back. */
  breakFreeze(brickPath: string): Promise<void>;
}

/** The suite that every SnapshotStore and its RestoreStore pass. */
export function snapshotStoreContract(name: string, makeSubject: () => Promise<StoreSubject>): void {
  describe(`${name} keeps the promises of SnapshotStore and RestoreStore`, () => {
    let subject: StoreSubject;
    let stores: Stores;
    beforeEach(async () => {
      subject = await makeSubject();
      stores = subject.stores;
      await stores.bricks.reserve('t1', bricksOf(VOLUME), call());
      await stores.bricks.use(VOLUME, 't1', '{"v":1,"metadata":{}}', call());
      await writeAll('then');
    });
    afterEach(() => subject[Symbol.asyncDispose]());

    const bricksOf = (volume: string, snapshot?: string): readonly BrickRequest[] =>
      subject.devices.map((device, brick) => ({
        ...{ volume, subvol: 0, brick, device, provisioner: 'loop', dataBytes: 100n * MIB },
        ...(snapshot === undefined ? {} : { origin: { snapshot, volume: VOLUME, absent: [] } }),
      }));
    const pathsOf = async (volume: string) =>
      (await stores.bricks.bricks(volume, call()))
        .toSorted((a, b) => a.brick - b.brick)
        .map(({ path }) => path);
    async function writeAll(content: string): Promise<void> {
      for (const path of await pathsOf(VOLUME)) await subject.write(path, content);
    }
    const readAll = async (volume = VOLUME) => Promise.all((await pathsOf(volume)).map(subject.read));
    const prepare = (token: string, snapshot = 's1', volume = VOLUME) =>
      stores.snapshots.prepare(token, [requestOf(snapshot, volume)], call());
    async function take(snapshot = 's1', token = `of ${snapshot}`): Promise<void> {
      await prepare(token, snapshot);
      await stores.snapshots.freeze(token, 4, call());
      await stores.snapshots.take(token, call());
      expect(await stores.snapshots.thaw(token, call())).to.equal(true);
      await stores.snapshots.commit(token, MOMENT, call());
    }
    const find = () => stores.snapshots.find({ snapshot: 's1' }, call());
    const kindOf = async (work: Promise<unknown>): Promise<FaultKind> => (await faultOf(work)).kind;
    const restore = (step: 'close' | 'open' | 'finish' | 'undo', token = 'r1') =>
      stores.restores[step](VOLUME, token, call());

    it('tells of a snapshot by name, source and group, with the moment that it is of', async () => {
      expect(await find()).to.deep.equal([]);
      await prepare('t2');
      expect((await find()).map(({ state }) => state)).to.deep.equal(['taking', 'taking']);
      await stores.snapshots.forget('t2', call());
      await take();
      const found = await find();
      expect(found.map(({ state, createdAt }) => [state, createdAt])).to.deep.equal([
        ['taken', MOMENT],
        ['taken', MOMENT],
      ]);
      expect(await stores.snapshots.find({ volume: VOLUME }, call())).to.deep.equal(found);
      expect(await stores.snapshots.find({ volume: 'other' }, call())).to.deep.equal([]);
      expect(await stores.snapshots.find({ group: 'other' }, call())).to.deep.equal([]);
    });

    it('gives a copy what was there in the frozen moment, after the source is gone and before', async () => {
      await take();
      await writeAll('now');
      await stores.bricks.reserve('c1', bricksOf('c1', 's1'), call());
      await stores.bricks.markDeleting(VOLUME, call());
      await stores.bricks.remove(VOLUME, call());
      await stores.bricks.reserve('c2', bricksOf('c2', 's1'), call());
      await stores.snapshots.markDeleting('s1', call());
      expect(await kindOf(stores.bricks.reserve('c3', bricksOf('c3', 's1'), call()))).to.equal('not-found');
      await stores.snapshots.remove('s1', call());
      await stores.snapshots.remove('s1', call());
      expect(await find()).to.deep.equal([]);
      expect(await readAll('c1')).to.deep.equal(['then', 'then']);
      expect(await readAll('c2')).to.deep.equal(['then', 'then']);
    });

    it('counts what a snapshot may come to take, until it is deleted', async () => {
      const free = async () => (await stores.bricks.devices(call())).map(({ freeBytes }) => freeBytes);
      const before = await free();
      await prepare('t2');
      for (const [index, bytes] of (await free()).entries())
        expect((before[index] ?? 0n) - bytes >= 100n * MIB).to.equal(true);
      let kind: FaultKind | undefined;
      for (let count = 1; count < 100 && kind === undefined; count += 1)
        await prepare(`x${count}`, `x${count}`).catch((error) => {
          kind = error.kind;
        });
      expect(kind).to.equal('exhausted');
    });

    it('lets one token have a name, as often as it asks, and another one after it has forgotten it', async () => {
      await prepare('t2');
      await prepare('t2');
      expect(await kindOf(prepare('t3'))).to.equal('busy');
      await stores.snapshots.forget('t2', call());
      await stores.snapshots.forget('t2', call());
      expect(await find()).to.deep.equal([]);
      await take();
      expect(await kindOf(prepare('t3'))).to.equal('busy');
      await stores.snapshots.forget('of s1', call());
      expect((await find()).length).to.equal(2);
    });

    it('refuses bricks that are not in use, and steps of a token that prepared nothing', async () => {
      expect(await kindOf(prepare('t2', 's1', 'v2'))).to.equal('wrong-state');
      await stores.bricks.reserve('t2', bricksOf('v2'), call());
      expect(await kindOf(prepare('t2', 's1', 'v2'))).to.equal('wrong-state');
      expect(await kindOf(stores.snapshots.freeze('no', 1, call()))).to.equal('not-found');
      expect(await kindOf(stores.snapshots.take('no', call()))).to.equal('not-found');
      expect(await kindOf(stores.snapshots.commit('no', MOMENT, call()))).to.equal('not-found');
      expect(await stores.snapshots.thaw('no', call())).to.equal(false);
    });

    it('says when the bricks did not stand still throughout, or nothing was taken', async () => {
      await prepare('t2');
      await stores.snapshots.freeze('t2', 4, call());
      expect(stores.snapshots.isFrozen('t2')).to.equal(true);
      expect(await stores.snapshots.thaw('t2', call())).to.equal(false);
      await stores.snapshots.forget('t2', call());
      await prepare('t3');
      await stores.snapshots.freeze('t3', 4, call());
      for (const path of await pathsOf(VOLUME)) await subject.breakFreeze(path);
      await stores.snapshots.take('t3', call());
      expect(await stores.snapshots.thaw('t3', call())).to.equal(false);
      await stores.snapshots.forget('t3', call());
      await writeAll('written');
    });

    it('restores the bricks, and leaves the snapshot', async () => {
      await take();
      await writeAll('now');
      for (const token of ['r1', 'r2']) {
        await stores.restores.prepare(VOLUME, 's1', token, call());
        await restore('close', token);
        expect(await readAll()).to.deep.equal([undefined, undefined]);
        await restore('open', token);
        await restore('open', token);
        await restore('finish', token);
        expect(await readAll()).to.deep.equal(['then', 'then']);
        await restore('finish', token);
        await writeAll('later');
      }
      expect((await find()).length).to.equal(2);
    });

    it('undoes a restore until a brick is opened, and not from then on', async () => {
      await take();
      await writeAll('now');
      await stores.restores.prepare(VOLUME, 's1', 'r1', call());
      await restore('undo');
      await stores.restores.prepare(VOLUME, 's1', 'r2', call());
      await restore('close', 'r2');
      await restore('undo', 'r2');
      expect(await readAll()).to.deep.equal(['now', 'now']);
      await stores.restores.prepare(VOLUME, 's1', 'r3', call());
      await restore('close', 'r3');
      await restore('open', 'r3');
      expect(await kindOf(restore('undo', 'r3'))).to.equal('wrong-state');
    });

    it('takes no step of a restore before the one it rests on, and none of another token’s', async () => {
      expect(await kindOf(stores.restores.prepare(VOLUME, 's1', 'r1', call()))).to.equal('not-found');
      await restore('undo');
      await take();
      await stores.restores.prepare(VOLUME, 's1', 'r1', call());
      expect(await kindOf(stores.restores.prepare(VOLUME, 's1', 'r2', call()))).to.equal('busy');
      expect(await kindOf(restore('open'))).to.equal('wrong-state');
      expect(await kindOf(restore('finish'))).to.equal('wrong-state');
      await restore('close', 'r2');
      expect(await readAll()).to.deep.equal(['then', 'then']);
      expect(await kindOf(stores.bricks.grow(VOLUME, () => 400n * MIB, call()))).to.equal('busy');
      await restore('close');
      expect(await kindOf(prepare('t9', 's9'))).to.equal('wrong-state');
      await restore('undo');
    });
  });
}

/** Of a volume whose two bricks lie on this server. */
function requestOf(snapshot: string, volume: string): SnapshotRequest {
  const members = [0, 1].map((brick) => ({ subvol: 0, brick, peerId: SERVER, isPresent: true }));
  const counts = { replica: 2, arbiter: 0, disperse: 0, redundancy: 0, subvols: 1 } as const;
  const said = { options: {}, metadata: {}, description: '', group: undefined };
  const facts: SnapshotFacts = {
    ...{ snapshot, volume, volumeId: SERVER, capacity: 100n * MIB },
    counts,
    ...said,
    members,
  };
  return { facts, bricks: members };
}

function call() {
  return { id: 'test', signal: AbortSignal.timeout(60_000) };
}
