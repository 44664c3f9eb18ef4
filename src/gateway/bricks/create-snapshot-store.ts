import type { Call } from '../../control/call.ts';
import { checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { Freeze, Freezer } from '../../host/freeze.ts';
import { commitSnapshot } from './commit-snapshot.ts';
import { findSnapshots } from './find-snapshots.ts';
import { onDevice } from './full-device.ts';
import { prepareSnapshots } from './prepare-snapshots.ts';
import { snapshotDirectory, writeSnapshot } from './snapshot-record.ts';
import type { SnapshotStore, StoredSnapshot } from './snapshot-store.ts';
import type { StoreContext } from './store-context.ts';
import { mountPointOf, takeImage } from './take-image.ts';

const LOST = 'nothing is prepared for this snapshot here; take it again';

/** What this process has in hand of one token: kept in memory, so that nothing is read while bricks stand still. */
interface Session {
  readonly snapshots: readonly StoredSnapshot[];
  freeze?: Freeze;
  isTaken: boolean;
}

export function createSnapshotStore(store: StoreContext, freezer: Freezer): SnapshotStore {
  const sessions = new Map<string, Session>();

  function sessionOf(token: string): Session {
    const session = sessions.get(token);
    if (session === undefined) throw new Fault('not-found', LOST);
    return session;
  }

  async function thaw(token: string): Promise<boolean> {
    const session = sessions.get(token);
    if (session?.freeze === undefined) return false;
    const isUnbroken = await session.freeze.thaw();
    return isUnbroken && session.isTaken;
  }

  return {
    find: (query, _call) => findSnapshots(store, query),
    async prepare(token, requests, call) {
      checkpoint(call);
      const snapshots = await prepareSnapshots(store, token, requests);
      sessions.set(token, { snapshots, isTaken: false });
    },
    async freeze(token, seconds, call) {
      const session = sessionOf(token);
      checkpoint(call);
      await store.step('freeze');
      session.freeze = await freezer.freeze(session.snapshots.map(mountPointOf), seconds);
      await store.step('frozen');
    },
    async take(token, _call) {
      const session = sessionOf(token);
      await Promise.all(session.snapshots.map((one) => onDevice(one.device, takeImage(one, store.step))));
      session.isTaken = true;
      await store.step('reflinked');
    },
    thaw: (token, _call) => thaw(token),
    async commit(token, createdAt, _call) {
      await commitAll(store, token, createdAt);
      sessions.delete(token);
    },
    async forget(token, call) {
      await thaw(token);
      sessions.delete(token);
      const own = (await findSnapshots(store, {})).filter(
        (one) => one.token === token && one.state === 'taking',
      );
      await discard(store, own, call);
    },
    markDeleting: (snapshot, _call) => markDeleting(store, snapshot),
    async remove(snapshot, call) {
      const marked = (await findSnapshots(store, { snapshot })).filter(({ state }) => state === 'deleting');
      await discard(store, marked, call);
    },
    isFrozen: (token) => sessions.get(token)?.freeze !== undefined,
  };
}

async function commitAll(store: StoreContext, token: string, createdAt: number): Promise<void> {
  const own = (await findSnapshots(store, {})).filter(
    (one) => one.token === token && one.state !== 'deleting',
  );
  if (own.length === 0) throw new Fault('not-found', LOST);
  await Promise.all(own.map((one) => onDevice(one.device, commitSnapshot(store, one, createdAt))));
}

async function markDeleting(store: StoreContext, snapshot: string): Promise<void> {
  for (const one of await findSnapshots(store, { snapshot })) {
    if (one.state === 'deleting') continue;
    await store.step('snapshot-deleting');
    await writeSnapshot(snapshotDirectory(one.device, one), { ...one, state: 'deleting' });
  }
}

async function discard(
  store: StoreContext,
  snapshots: readonly StoredSnapshot[],
  _call: Call,
): Promise<void> {
  for (const one of snapshots) await store.trash.discard(one.device, snapshotDirectory(one.device, one));
}
