import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Call } from '../../control/call.ts';
import { checkpoint } from '../../control/call.ts';
import { Fault, invalid } from '../../control/fault.ts';
import { syncDirectory } from '../../host/durable-file.ts';
import { log } from '../../telemetry/log.ts';
import { accountOf } from '../account-of.ts';
import { brickDirectory, brickKey, brickPath, formatKey, MOUNT_POINT, writeRecord } from './brick-record.ts';
import type { BrickRequest, StoredBrick } from './brick-store.ts';
import { checkSpace } from './check-space.ts';
import { deviceName } from './device-name.ts';
import { findSnapshots } from './find-snapshots.ts';
import { onDevice } from './full-device.ts';
import { makeLoopBrick } from './loop-brick.ts';
import { makeThinBrick } from './lvm/thin-brick.ts';
import type { BrickOrigin } from './snapshot-store.ts';
import type { StoreContext } from './store-context.ts';
import { ACCOUNT } from './store-context.ts';
import { findBricks, markedDevices, surveyDevices } from './survey.ts';

/** 1 PiB: beyond any image, far below what a number holds exactly. */
const LARGEST = 2n ** 50n;

/** See BrickStore.reserve. The caller holds the volume's turn. */
export async function reserveBricks(
  store: StoreContext,
  token: string,
  requests: readonly BrickRequest[],
  call: Call,
): Promise<readonly StoredBrick[]> {
  checkRequests(token, requests);
  const placed = await store.serial.run(ACCOUNT, () => place(store, token, requests));
  const ended = await Promise.allSettled(
    placed.bricks.map((brick) => onDevice(brick.device, make(store, brick))),
  );
  const failed = ended.find((result) => result.status === 'rejected');
  try {
    if (failed !== undefined) throw failed.reason;
    checkpoint(call);
    return placed.bricks;
  } catch (error) {
    await takeBack(store, placed.fresh, error);
    throw error;
  }
}

function checkRequests(token: string, requests: readonly BrickRequest[]): void {
  const volumes = new Set(requests.map((request) => request.volume));
  if (volumes.size !== 1) throw invalid('bricks', 'give bricks of one volume');
  if (new Set(requests.map(formatKey)).size !== requests.length)
    throw invalid('bricks', 'a brick is named twice');
  if (token === '' || token.length > 512) throw invalid('token', 'give 1 to 512 characters');
  for (const request of requests) {
    if (!brickKey.safeParse(request).success) throw invalid('bricks', `${formatKey(request)} is no brick`);
    if (request.dataBytes <= 0n || request.dataBytes > LARGEST)
      throw invalid('bricks', `${formatKey(request)} has no possible size`);
  }
}

interface Placed {
  /** All bricks asked for. */
  readonly bricks: readonly StoredBrick[];
  /** Those that this call put there, and takes back when it fails. */
  readonly fresh: readonly StoredBrick[];
}

/**
 * Writes the promises down, before anything is made: the account is never exceeded, and a crash leaves
 * bricks that are recognised as reserved by a dead token.
 */
async function place(store: StoreContext, token: string, requests: readonly BrickRequest[]): Promise<Placed> {
  const existing = await findExisting(store, token, requests);
  const missing = requests.filter((request) => !existing.has(formatKey(request)));
  const fresh = await Promise.all(missing.map((request) => toBrick(store, token, request)));
  await checkDevices(store, fresh);
  await store.step('place');
  const ended = await Promise.allSettled(
    fresh.map((brick) => onDevice(brick.device, placeOne(store, brick))),
  );
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await takeBack(
      store,
      fresh.filter((_, index) => ended[index]?.status === 'fulfilled'),
      failed.reason,
    );
    throw failed.reason;
  }
  return { bricks: [...existing.values(), ...fresh], fresh };
}

/** Bricks of the same keys on any device. Throws `busy` when they are not this token's, or not the same. */
async function findExisting(store: StoreContext, token: string, requests: readonly BrickRequest[]) {
  const volume = requests[0]?.volume ?? '';
  const existing = new Map<string, StoredBrick>();
  for (const device of await markedDevices(store.roots)) {
    const { bricks, damaged } = await findBricks(device.path, volume);
    if (damaged[0] !== undefined) throw new Fault('wrong-state', damaged[0].reason);
    for (const brick of bricks) {
      const request = requests.find((one) => formatKey(one) === formatKey(brick));
      if (request === undefined) continue;
      if (!isSame(token, request, brick))
        throw new Fault('busy', `brick ${formatKey(brick)} is held by another request; retry`);
      existing.set(formatKey(brick), brick);
    }
  }
  return existing;
}

function isSame(token: string, request: BrickRequest, brick: StoredBrick): boolean {
  return (
    brick.token === token &&
    brick.state !== 'deleting' &&
    brick.device === request.device &&
    brick.provisioner === request.provisioner &&
    brick.dataBytes === request.dataBytes &&
    brick.origin?.snapshot === request.origin?.snapshot
  );
}

/** Throws unless each device is there, enabled and of the right kind, and all new bricks have room. */
async function checkDevices(store: StoreContext, fresh: readonly StoredBrick[]): Promise<void> {
  if (fresh.length === 0) return;
  const devices = await surveyDevices(store);
  for (const brick of fresh) {
    const device = devices.find((one) => one.path === brick.device);
    if (device === undefined)
      throw new Fault('not-found', `there is no device ${brick.device} on this server`);
    if (device.state === 'disabled')
      throw new Fault('wrong-state', `device ${deviceName(device)} is disabled; enable it`);
    if (brick.provisioner !== device.provisioner)
      throw invalid('provisioner', `device ${deviceName(device)} is for ${device.provisioner} bricks`);
  }
  await checkSpace(
    store,
    fresh.map((brick) => ({ device: brick.device, bytes: brick.accountBytes })),
  );
}

async function toBrick(store: StoreContext, token: string, request: BrickRequest): Promise<StoredBrick> {
  const { volume, subvol, brick, device, provisioner, dataBytes } = request;
  const source = request.origin === undefined ? undefined : await sourceOf(store, request, request.origin);
  const account = accountOf(provisioner, dataBytes);
  return {
    volume,
    subvol,
    brick,
    device,
    provisioner,
    dataBytes,
    state: 'reserved',
    token,
    path: brickPath(device, request),
    // An image never shrinks.
    accountBytes: source !== undefined && source.accountBytes > account ? source.accountBytes : account,
    createdAt: Date.now(),
    ...(request.origin === undefined ? {} : { origin: request.origin }),
    ...(source === undefined ? {} : { family: source.family }),
  };
}

/** The part of a snapshot that a brick is copied from: a reflink stays on its file system. */
async function sourceOf(store: StoreContext, request: BrickRequest, { snapshot }: BrickOrigin) {
  const found = (await findSnapshots(store, { snapshot })).find(
    ({ device, subvol, brick, state }) =>
      state === 'taken' && device === request.device && subvol === request.subvol && brick === request.brick,
  );
  if (found !== undefined) return found;
  throw new Fault(
    'not-found',
    `snapshot ${snapshot} has no brick ${formatKey(request)} on ${request.device}`,
  );
}

/** The rename is the reservation: it fails when a brick of the key has come into being. */
async function placeOne(store: StoreContext, brick: StoredBrick): Promise<void> {
  const making = join(brick.device, 'making', randomUUID());
  await mkdir(making, { mode: 0o700 });
  await mkdir(join(making, MOUNT_POINT), { mode: 0o700 });
  await store.step('record');
  await writeRecord(making, brick);
  await store.step('rename');
  try {
    await rename(making, brickDirectory(brick.device, brick));
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw new Fault('busy', `brick ${formatKey(brick)} exists already; retry`, { cause: error });
  }
  await syncDirectory(join(brick.device, 'bricks'));
}

async function make(store: StoreContext, brick: StoredBrick): Promise<void> {
  await store.step('make');
  if (brick.state !== 'reserved') return;
  if (brick.provisioner === 'loop') await makeLoopBrick(brick, store.step, store.cleanBrick);
  else if (brick.provisioner === 'lvm') await makeThinBrick(store, brick);
  else await mkdir(brick.path, { recursive: true });
}

/** Undoes this call's bricks. When that fails too, nobody can tell what is left: `uncertain`. */
async function takeBack(store: StoreContext, bricks: readonly StoredBrick[], cause: unknown): Promise<void> {
  const ended = await Promise.allSettled(
    bricks.map((brick) => store.trash.discard(brick.device, brickDirectory(brick.device, brick))),
  );
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  log.error({ err: failed.reason }, 'a reservation could not be undone');
  throw new Fault('uncertain', 'making the bricks failed, and undoing it as well; retry', { cause });
}
