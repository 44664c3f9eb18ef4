import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { brickBytes, layoutOf } from '../brick-layout.ts';
import { deviceName } from '../bricks/device-name.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { onAll } from '../peers/on-all.ts';
import type { BrickSize } from '../peers/storage-server.ts';
import { formatRecord, getRecord } from '../volume-record.ts';
import { afterMutation } from './after-mutation.ts';
import { lookAt } from './clear-name.ts';
import { eventData, type VolumeDeps, volumeKey } from './deps.ts';
import { withRecord } from './restore-record.ts';
import { type KeptBrick, keptBricks, requireServers, type Survey, serversOf } from './survey.ts';
import { writeRecord } from './write-record.ts';

/**
 * Gives the volume at least `target(capacity)` bytes, online, and resolves with the volume as it then is. Never
 * shrinks; large enough already is success. Throws `not-found`, `wrong-state` when it was not made by size,
 * `exhausted` (nothing has grown), `unreachable` when a server with bricks of it is down, `busy`.
 */
export async function resizeVolume(
  deps: VolumeDeps,
  name: string,
  target: (volume: GlusterVolume, capacity: bigint) => bigint,
  call: Call,
): Promise<GlusterVolume> {
  using _lock = deps.locks.acquire(volumeKey(name));
  const { volume: found, survey } = await lookAt(deps, name, call);
  if (found === undefined) throw new Fault('not-found', 'volume not found');
  const volume = await withRecord(deps, found, call, survey);
  const record = getRecord(volume);
  if (record.capacity === undefined) throw notBySize(name);
  const size = target(volume, record.capacity);
  if (size <= record.capacity) return volume;
  const option = formatRecord({ ...record, capacity: size });
  const bricks = bricksOf(volume, survey);
  const sizes = sizesOf(volume, bricks, size);
  requireRoom(deps, survey, bricks, sizes);
  checkpoint(call);
  await growAll(volume, bricks, sizes, call);
  const grown = await writeRecord(deps, volume, option, call).catch((error: unknown) => {
    throw afterMutation(error, `resize of volume ${name}`);
  });
  deps.notify('volume.expanded', eventData(volume));
  return grown;
}

function notBySize(name: string): Fault {
  return new Fault('wrong-state', `volume ${name} was not made by size; expand it by adding bricks`);
}

/** The volume's bricks as the servers keep them. Throws unless each one is there and in use. */
function bricksOf(volume: GlusterVolume, survey: Survey): readonly KeptBrick[] {
  requireServers(survey, volume);
  const bricks = keptBricks(survey, volume).filter(
    ({ isListed, brick }) => isListed && brick.state === 'used',
  );
  if (bricks.length === volume.bricks.length) return bricks;
  throw new Fault(
    'wrong-state',
    `volume ${volume.name} has ${volume.bricks.length} bricks, of which ${bricks.length} are in use on devices; only those can grow`,
  );
}

interface SizedBrick extends BrickSize {
  readonly kept: KeptBrick;
}

function sizesOf(volume: GlusterVolume, bricks: readonly KeptBrick[], size: bigint): readonly SizedBrick[] {
  const bytes = brickBytes(layoutOf(volume), size);
  return bricks.map((kept) => {
    const { subvol, brick, dataBytes } = kept.brick;
    const wanted = bytes[brick] ?? size;
    return { kept, subvol, brick, dataBytes: wanted > dataBytes ? wanted : dataBytes };
  });
}

/** Asks every device's account before any brick grows. (A race with another request is caught by the servers.) */
function requireRoom(
  deps: VolumeDeps,
  survey: Survey,
  bricks: readonly KeptBrick[],
  sizes: readonly SizedBrick[],
): void {
  for (const server of serversOf(bricks)) {
    const report = survey.present.find((surveyed) => surveyed.server === server)?.report;
    for (const device of report?.devices ?? []) {
      const more = sizes
        .filter(({ kept }) => kept.server === server && kept.brick.device === device.path)
        .map(({ kept, dataBytes }) => growthOf(deps, kept, dataBytes))
        .reduce((sum, bytes) => sum + bytes, 0n);
      if (more <= device.freeBytes) continue;
      throw new Fault(
        'exhausted',
        `device ${deviceName(device)} of server ${server.host} has ${device.freeBytes} bytes free, the larger bricks need ${more} more`,
      );
    }
  }
}

function growthOf(deps: VolumeDeps, { brick }: KeptBrick, dataBytes: bigint): bigint {
  if (dataBytes <= brick.dataBytes) return 0n;
  const account = deps.accountOf(brick.provisioner, dataBytes);
  return account > brick.accountBytes ? account - brick.accountBytes : 0n;
}

async function growAll(
  volume: GlusterVolume,
  bricks: readonly KeptBrick[],
  sizes: readonly SizedBrick[],
  call: Call,
): Promise<void> {
  const servers = serversOf(bricks);
  await onAll(servers, (server) => {
    const own = sizes.filter(({ kept }) => kept.server === server);
    return server.grow(
      volume.name,
      own.map(({ subvol, brick, dataBytes }) => ({ subvol, brick, dataBytes })),
      call,
    );
  }).catch((error: unknown) => {
    throw growFault(error, volume.name);
  });
}

/** Bricks larger than their volume's promise do no harm and a retry goes on from there: `exhausted` stays what it is. */
function growFault(error: unknown, name: string): unknown {
  if (error instanceof Fault && error.kind === 'exhausted') return error;
  return afterMutation(error, `resize of volume ${name}`);
}
