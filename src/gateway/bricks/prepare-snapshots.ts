import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault, invalid } from '../../control/fault.ts';
import { syncDirectory } from '../../host/durable-file.ts';
import { readMounts, topMount } from '../../host/mountinfo.ts';
import { formatKey } from './brick-record.ts';
import type { StoredBrick } from './brick-store.ts';
import { checkSpace } from './check-space.ts';
import { familyOf } from './family.ts';
import { findSnapshots } from './find-snapshots.ts';
import { onDevice } from './full-device.ts';
import { requireBelowLimit } from './limit-snapshots.ts';
import { turnOf } from './lvm/names.ts';
import { fitPool } from './lvm/thin-pool.ts';
import { snapshotDirectory, writeSnapshot } from './snapshot-record.ts';
import type { SnapshotRequest, StoredSnapshot } from './snapshot-store.ts';
import type { StoreContext } from './store-context.ts';
import { ACCOUNT } from './store-context.ts';
import { findBricks, markedDevices } from './survey.ts';
import { mountPointOf } from './take-image.ts';
import { makeDeviceDirectories } from './trash.ts';

/** See SnapshotStore.prepare. The promises are written down before anything is taken; all or none. */
export function prepareSnapshots(
  store: StoreContext,
  token: string,
  requests: readonly SnapshotRequest[],
): Promise<readonly StoredSnapshot[]> {
  if (requests.length === 0 || token === '' || token.length > 512)
    throw invalid('snapshots', 'none is given');
  return store.serial.run(ACCOUNT, async () => {
    const snapshots = (await Promise.all(requests.map((request) => plan(store, token, request)))).flat();
    await requireMounted(snapshots);
    const existing = await requireOwn(store, token, snapshots);
    await requireBelowLimit(
      store,
      requests.map(({ facts }) => facts),
    );
    const fresh = snapshots.filter((one) => !existing.has(snapshotDirectory(one.device, one)));
    await checkSpace(
      store,
      fresh.map(({ device, accountBytes }) => ({ device, bytes: accountBytes })),
    );
    const placed: StoredSnapshot[] = [];
    try {
      for (const one of fresh) {
        await onDevice(one.device, place(store, one));
        placed.push(one);
        await growPool(store, one);
      }
    } catch (error) {
      for (const one of placed) await store.trash.discard(one.device, snapshotDirectory(one.device, one));
      throw error;
    }
    return snapshots;
  });
}

/** A snapshot of a thin brick lies in the brick's pool, and may come to differ from it in all. */
async function growPool(store: StoreContext, { device, family, provisioner }: StoredSnapshot): Promise<void> {
  if (provisioner === 'lvm') await store.serial.run(turnOf(device), () => fitPool(device, family));
}

async function plan(
  store: StoreContext,
  token: string,
  { facts, bricks }: SnapshotRequest,
): Promise<readonly StoredSnapshot[]> {
  const devices = await markedDevices(store.roots);
  const found = (await Promise.all(devices.map(({ path }) => findBricks(path, facts.volume)))).flatMap(
    (one) => one.bricks,
  );
  return bricks.map(({ subvol, brick }) => {
    const source = found.find((one) => one.subvol === subvol && one.brick === brick && one.state === 'used');
    const key = formatKey({ volume: facts.volume, subvol, brick });
    if (source === undefined) throw new Fault('wrong-state', `brick ${key} is not in use on this server`);
    if (source.provisioner === 'directory')
      throw new Fault(
        'wrong-state',
        `brick ${key} is a directory, of which there is no snapshot; use loop or lvm bricks`,
      );
    return toSnapshot(token, { facts, bricks }, source);
  });
}

function toSnapshot(token: string, { facts }: SnapshotRequest, source: StoredBrick): StoredSnapshot {
  const { subvol, brick, device, dataBytes, accountBytes } = source;
  return {
    ...facts,
    subvol,
    brick,
    device,
    state: 'taking',
    token,
    dataBytes,
    accountBytes,
    createdAt: Date.now(),
    family: familyOf(source),
  };
}

async function requireMounted(snapshots: readonly StoredSnapshot[]): Promise<void> {
  const mounts = await readMounts();
  const down = snapshots.find((one) => topMount(mounts, mountPointOf(one)) === undefined);
  if (down === undefined) return;
  throw new Fault(
    'wrong-state',
    `${mountPointOf(down)} is not mounted; start the gateway anew, or see its log`,
  );
}

/** Directories that this token has prepared already. Throws `busy` for another token's. */
async function requireOwn(
  store: StoreContext,
  token: string,
  wanted: readonly StoredSnapshot[],
): Promise<ReadonlySet<string>> {
  const names = new Set(wanted.map(({ snapshot }) => snapshot));
  const existing = (
    await Promise.all([...names].map((snapshot) => findSnapshots(store, { snapshot })))
  ).flat();
  const other = existing.find((one) => one.token !== token || one.state !== 'taking');
  if (other !== undefined)
    throw new Fault('busy', `snapshot ${other.snapshot} is held by another request; retry`);
  return new Set(existing.map((one) => snapshotDirectory(one.device, one)));
}

/** The rename is the reservation: it fails when a snapshot of the name has come into being. */
async function place(store: StoreContext, snapshot: StoredSnapshot): Promise<void> {
  await makeDeviceDirectories(snapshot.device);
  const making = join(snapshot.device, 'making', randomUUID());
  const directory = snapshotDirectory(snapshot.device, snapshot);
  await mkdir(making, { mode: 0o700 });
  await store.step('snapshot-record');
  await writeSnapshot(making, snapshot);
  await store.step('snapshot-rename');
  try {
    await rename(making, directory);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw new Fault('busy', `snapshot ${snapshot.snapshot} exists already; retry`, { cause: error });
  }
  await syncDirectory(dirname(directory));
}
