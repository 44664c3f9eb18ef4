import { randomBytes } from 'node:crypto';
import { Fault, invalid } from '../../../control/fault.ts';
import { makeXfs } from '../../../host/xfs.ts';
import { readMark, writeMark } from '../device-mark.ts';
import { LOG_BYTES } from '../image-size.ts';
import type { LvmOptions, StoreContext } from '../store-context.ts';
import { makeDeviceDirectories } from '../trash.ts';
import { requireBlank } from './blank.ts';
import { findVolume, type Group, readGroups } from './groups.ts';
import { changeLvm } from './lvm-command.ts';
import { mountRecords } from './mount-groups.ts';
import { devicePath, GROUP_TAG, RECORDS, unfinishedName } from './names.ts';

/** mkfs.xfs makes nothing below 300 MiB. Room for tens of thousands of bricks. */
const RECORDS_BYTES = 320n * 1024n * 1024n;

/**
 * Makes a volume group of a blank disk that the configuration names, with a small file system for the records of its
 * bricks. The mark in there is written last: what an earlier try left half-made has the group's tag, and is completed.
 * Resolves with the device's directory. Throws `unsupported`, `invalid`, `conflict`.
 */
export async function addGroup(store: StoreContext, disk: string): Promise<string> {
  const lvm = requireNamed(store, disk);
  const group = (await readGroups([disk]))[0] ?? (await createGroup(store, disk));
  await makeRecords(store, group);
  await store.step('mount-records');
  const directory = await mountRecords(lvm.mountRoot, group);
  if ((await readMark(directory)) !== undefined) throw new Fault('conflict', `${disk} is a device already`);
  await makeDeviceDirectories(directory);
  await store.step('mark');
  await writeMark(directory, { provisioner: 'lvm', state: 'enabled', source: disk });
  return directory;
}

function requireNamed({ lvm }: StoreContext, disk: string): LvmOptions {
  if (lvm?.disks.includes(disk) === true) return lvm;
  throw invalid('device', `${disk} is not named in this server's configuration; add it to lvm.disks there`);
}

async function createGroup(store: StoreContext, disk: string): Promise<Group> {
  await requireBlank(disk);
  const name = `${GROUP_TAG}_${randomBytes(6).toString('hex')}`;
  await store.step('group');
  await changeLvm(['vgcreate', '--yes', '--addtag', GROUP_TAG, name, disk], `make a volume group on ${disk}`);
  return { name, disk };
}

async function makeRecords(store: StoreContext, { name }: Group): Promise<void> {
  if ((await findVolume(name, RECORDS)) !== undefined) return;
  const unfinished = unfinishedName(RECORDS);
  if ((await findVolume(name, unfinished)) === undefined) {
    await store.step('records');
    const size = ['--size', `${RECORDS_BYTES}b`];
    await changeLvm(
      ['lvcreate', '--yes', '--wipesignatures', 'y', ...size, '--name', unfinished, name],
      `make the records of ${name}`,
    );
  }
  await store.step('mkfs-records');
  await makeXfs(devicePath(name, unfinished), { allocationGroups: 2, logBytes: LOG_BYTES });
  await changeLvm(['lvrename', name, unfinished, RECORDS], `name the records of ${name}`);
}
