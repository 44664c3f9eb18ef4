import { constants } from 'node:fs';
import { copyFile, readdir, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, invalid } from '../../control/fault.ts';
import { brickDirectories } from './account.ts';
import type { Provisioner, StoredDevice } from './brick-store.ts';
import { isAbsent, MARK, readMark, writeMark } from './device-mark.ts';
import { checkDevicePath, checkDirectory, namesIn } from './device-paths.ts';
import { addGroup } from './lvm/add-group.ts';
import { removeGroup, requireOnlyRecords } from './lvm/remove-group.ts';
import { snapshotDirectories } from './snapshot-record.ts';
import type { StoreContext } from './store-context.ts';
import { ACCOUNT } from './store-context.ts';
import type { MarkedDevice } from './survey.ts';
import { markedDevices, surveyDevices } from './survey.ts';
import { DEVICE_DIRECTORIES, makeDeviceDirectories } from './trash.ts';

const OWN: readonly string[] = DEVICE_DIRECTORIES;
/** What a freshly made file system, or an addDevice that a crash ended, leaves in a directory. */
const HARMLESS = new Set([...OWN, 'lost+found', `${MARK}.new`]);

/** See BrickStore.addDevice. The mark is written last: without it the directory is no device. */
export async function addDevice(
  store: StoreContext,
  path: string,
  provisioner: Provisioner,
): Promise<StoredDevice> {
  const directory = await store.serial.run(ACCOUNT, () =>
    provisioner === 'lvm' ? addGroup(store, path) : addDirectory(store, path, provisioner),
  );
  return getDevice(store, directory);
}

async function addDirectory(store: StoreContext, path: string, provisioner: Provisioner): Promise<string> {
  checkDevicePath(
    path,
    store.roots.filter((root) => root !== store.lvm?.mountRoot),
  );
  await checkDirectory(path);
  if ((await readMark(path)) !== undefined) throw new Fault('conflict', `${path} is a device already`);
  await checkEmpty(path);
  await makeDeviceDirectories(path);
  if (provisioner === 'loop') await checkReflink(path);
  await store.step('mark');
  await writeMark(path, { provisioner, state: 'enabled' });
  return path;
}

export async function setDeviceState(
  store: StoreContext,
  path: string,
  state: 'enabled' | 'disabled',
): Promise<void> {
  await store.serial.run(ACCOUNT, async () => {
    const device = await getMarked(store, path);
    if (device.mark.state !== state) await writeMark(device.path, { ...device.mark, state });
  });
}

/** See BrickStore.removeDevice. The mark goes first; empty directories that a crash leaves do no harm. */
export async function removeDevice(store: StoreContext, named: string): Promise<void> {
  await store.serial.run(ACCOUNT, async () => {
    const { path, mark } = await getMarked(store, named);
    const bricks = await brickDirectories(path);
    if (bricks.length > 0)
      throw new Fault(
        'wrong-state',
        `device ${named} holds ${bricks.length} bricks; delete their volumes first`,
      );
    const snapshots = await snapshotDirectories(path);
    if (snapshots.length > 0)
      throw new Fault(
        'wrong-state',
        `device ${named} holds ${snapshots.length} snapshots; delete them first`,
      );
    await store.trash.settled();
    const [left] = await store.trash.empty(path);
    if (left !== undefined) throw new Fault('wrong-state', `${left.path} is still in use: ${left.reason}`);
    if (mark.provisioner === 'lvm') await requireOnlyRecords(path, named);
    await store.step('unmark');
    await unlink(join(path, MARK));
    if (mark.source !== undefined) return removeGroup(store, path, mark.source);
    await rm(join(path, 'making'), { recursive: true, force: true });
    await rmdir(join(path, 'snapshots')).catch((error: unknown) => {
      if (!isAbsent(error)) throw error;
    });
    await Promise.all(['bricks', 'trash'].map((name) => rmdir(join(path, name))));
  });
}

async function getDevice(store: StoreContext, path: string): Promise<StoredDevice> {
  const device = (await surveyDevices(store)).find((one) => one.path === path);
  if (device === undefined) throw new Fault('not-found', `there is no device ${path} on this server`);
  return device;
}

async function getMarked(store: StoreContext, path: string): Promise<MarkedDevice> {
  const device = (await markedDevices(store.roots)).find(
    (one) => one.path === path || one.mark.source === path,
  );
  if (device === undefined) throw new Fault('not-found', `there is no device ${path} on this server`);
  return device;
}

async function checkEmpty(path: string): Promise<void> {
  const names = await readdir(path);
  const inOwn = await Promise.all(OWN.map((name) => namesIn(join(path, name))));
  const foreign = names.filter((name) => !HARMLESS.has(name)).concat(inOwn.flat());
  if (foreign[0] !== undefined) throw invalid('device', `${path} is not empty (${foreign[0]}); empty it`);
}

/** Snapshots of images need it; XFS alone of the file systems that have it is supported below Gluster. */
async function checkReflink(path: string): Promise<void> {
  const from = join(path, 'making', 'reflink-from');
  const to = join(path, 'making', 'reflink-to');
  try {
    await writeFile(from, 'x'.repeat(4096));
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
  } catch (error) {
    throw invalid('device', `${path} does not lie on an XFS made with reflink=1`, { cause: error });
  } finally {
    await rm(from, { force: true });
    await rm(to, { force: true });
  }
}
