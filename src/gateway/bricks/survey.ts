import { dirname, join } from 'node:path';
import { isFault } from '../../control/fault.ts';
import { log } from '../../telemetry/log.ts';
import type { FileSystemFacts } from './account.ts';
import { brickDirectories, owedBytes, readFileSystem, readImageUse, unpromisedBytes } from './account.ts';
import { brickDirectory, isKeyOf, readRecord } from './brick-record.ts';
import type { StoredBrick, StoredDevice } from './brick-store.ts';
import type { DeviceMark } from './device-mark.ts';
import { readMark } from './device-mark.ts';
import { candidateDevices, checkDirectory, namesIn } from './device-paths.ts';
import { type FamilyImage, familyOf, takenBytes } from './family.ts';
import { readGroupAccount, takenByPools } from './lvm/group-account.ts';
import { snapshotDirectory } from './snapshot-record.ts';
import { snapshotsOn } from './snapshots-on.ts';
import type { StoreContext } from './store-context.ts';

export interface MarkedDevice {
  readonly path: string;
  readonly mark: DeviceMark;
}

/** A brick whose record cannot be read. It keeps its place and its space until somebody has looked. */
export interface DamagedBrick {
  readonly directory: string;
  readonly reason: string;
}

/** Devices below the roots. A damaged one is logged and left out: nothing may be put on it. */
export async function markedDevices(roots: readonly string[]): Promise<readonly MarkedDevice[]> {
  const found = await Promise.all((await candidateDevices(roots)).map(toMarked));
  return found.filter((device) => device !== undefined);
}

async function toMarked(path: string): Promise<MarkedDevice | undefined> {
  try {
    const mark = await readMark(path);
    if (mark === undefined) return undefined;
    await checkDirectory(path);
    return { path, mark };
  } catch (error) {
    if (!isFault(error)) throw error;
    log.error({ device: path, reason: error.message }, 'device left out');
    return undefined;
  }
}

export interface FoundBricks {
  readonly bricks: readonly StoredBrick[];
  readonly damaged: readonly DamagedBrick[];
}

/** The bricks on a device, or those of one volume on it. */
export async function findBricks(device: string, volume?: string): Promise<FoundBricks> {
  const names = await namesIn(join(device, 'bricks'));
  const wanted = volume === undefined ? names : names.filter((name) => isKeyOf(name, volume));
  const bricks: StoredBrick[] = [];
  const damaged: DamagedBrick[] = [];
  for (const name of wanted) {
    const directory = join(device, 'bricks', name);
    try {
      bricks.push(await readRecord(directory));
    } catch (error) {
      if (!isFault(error)) throw error;
      damaged.push({ directory, reason: error.message });
    }
  }
  return { bricks, damaged };
}

export interface SurveyedDevice extends StoredDevice {
  /** Devices with the same number share one file system, and what is free on it. */
  readonly fileSystem: number;
}

type Surveyor = Pick<StoreContext, 'roots' | 'meter'>;

/** All devices with their accounts. */
export async function surveyDevices({ roots, meter }: Surveyor): Promise<readonly SurveyedDevice[]> {
  const marked = await markedDevices(roots);
  const surveyed = await Promise.all(marked.map((one) => surveyOrLeaveOut(one, meter)));
  const devices = surveyed.filter((device) => device !== undefined);
  const bySystem = Map.groupBy(devices, ({ fileSystem }) => fileSystem.id);
  return devices.map((device) => toAccount(device, addUp(bySystem.get(device.fileSystem.id) ?? [device])));
}

/** What a device's bricks and snapshots have, and what the file system that it may share has for all. */
function toAccount(device: Surveyed, facts: FileSystemFacts): SurveyedDevice {
  const { path, mark, bricks, fileSystem, snapshots, snapshotBytes } = device;
  const usedBytes = device.promisedToImages + device.promisedToDirectories;
  const unpromised = unpromisedBytes(facts);
  const freeBytes = unpromised < 0n ? 0n : unpromised;
  return {
    path,
    ...mark,
    bricks,
    usedBytes,
    freeBytes,
    totalBytes: usedBytes + freeBytes,
    snapshots,
    snapshotBytes,
    sizeBytes: fileSystem.sizeBytes,
    availableBytes: fileSystem.availableBytes,
    owedBytes: owedBytes(facts),
    fileSystem: fileSystem.id,
  };
}

type Surveyed = Awaited<ReturnType<typeof surveyDevice>>;

/** A disk that is gone does not hide the other devices. */
async function surveyOrLeaveOut(
  device: MarkedDevice,
  meter: StoreContext['meter'],
): Promise<Surveyed | undefined> {
  try {
    return await surveyDevice(device, meter);
  } catch (error) {
    if (!isFault(error)) throw error;
    log.error({ device: device.path, reason: error.message }, 'device left out');
    return undefined;
  }
}

async function surveyDevice({ path, mark }: MarkedDevice, meter: StoreContext['meter']) {
  const group = mark.provisioner === 'lvm' ? await readGroupAccount(path) : undefined;
  const [fileSystem, found, directories, taken] = await Promise.all([
    group ?? readFileSystem(path),
    findBricks(path),
    brickDirectories(path),
    snapshotsOn(path),
  ]);
  // Whose blocks damaged ones share cannot be told: they may be anybody's, and count for none of their own.
  const [damagedBricks, damagedSnapshots] = await Promise.all([
    Promise.all(found.damaged.map(({ directory }) => readImageUse(directory))),
    Promise.all(taken.damaged.map(readImageUse)),
  ]);
  const promises = [
    ...found.bricks.map((brick) => ({ family: familyOf(brick), accountBytes: brick.accountBytes })),
    ...taken.snapshots,
  ];
  const families = [
    ...found.bricks.map((brick) => [brickDirectory(path, brick), familyOf(brick)] as const),
    ...taken.snapshots.map((one) => [snapshotDirectory(path, one), one.family] as const),
  ];
  const images = await Promise.all(
    families.map(async ([directory, family]) => ({ family, ...(await readImageUse(directory)) })),
  );
  const promised = (provisioner: string) =>
    sum(found.bricks.filter((brick) => brick.provisioner === provisioner).map((brick) => brick.accountBytes));
  const snapshotBytes =
    sum(taken.snapshots.map((one) => one.accountBytes)) + sum(damagedSnapshots.map((use) => use.sizeBytes));
  return {
    path,
    mark,
    fileSystem,
    bricks: directories.length,
    snapshots: taken.snapshots.length + damagedSnapshots.length,
    snapshotBytes,
    imageBytes:
      group === undefined
        ? takenBytes(await meter.measure(images, identify))
        : takenByPools(group.volumes, promises),
    promisedToImages:
      promised('loop') + promised('lvm') + snapshotBytes + sum(damagedBricks.map((use) => use.sizeBytes)),
    promisedToDirectories: promised('directory'),
  };
}

async function identify({ path }: FamilyImage): Promise<bigint> {
  return (await readImageUse(dirname(path))).file;
}

function addUp(devices: readonly Surveyed[]): FileSystemFacts {
  const first = devices[0]?.fileSystem;
  return {
    sizeBytes: first?.sizeBytes ?? 0n,
    availableBytes: first?.availableBytes ?? 0n,
    imageBytes: sum(devices.map((device) => device.imageBytes)),
    promisedToImages: sum(devices.map((device) => device.promisedToImages)),
    promisedToDirectories: sum(devices.map((device) => device.promisedToDirectories)),
  };
}

function sum(numbers: readonly bigint[]): bigint {
  return numbers.reduce((total, number) => total + number, 0n);
}
