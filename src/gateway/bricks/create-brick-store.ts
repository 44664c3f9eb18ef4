import { Fault, invalid } from '../../control/fault.ts';
import { createFreezer, type Freezer } from '../../host/freeze.ts';
import { nativeProgram } from '../../host/native-program.ts';
import { brickDirectory, recordText, writeRecord } from './brick-record.ts';
import type { BrickState, BrickStore, StoredBrick } from './brick-store.ts';
import { createRestoreStore } from './create-restore-store.ts';
import { createSnapshotStore } from './create-snapshot-store.ts';
import { addDevice, removeDevice, setDeviceState } from './devices.ts';
import { createFamilyMeter } from './family-meter.ts';
import { growBricks } from './grow-bricks.ts';
import { mountBricks } from './mount-bricks.ts';
import { reserveBricks } from './reserve-bricks.ts';
import type { RestoreStore } from './restore-store.ts';
import { Serial } from './serial.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import type { LvmOptions, StoreContext } from './store-context.ts';
import { markedDevices, surveyDevices } from './survey.ts';
import { createTrash } from './trash.ts';
import { listBricks, onVolume } from './volume-turn.ts';

export interface BrickStoreOptions {
  /** Devices lie here or directly below, nowhere else. */
  readonly deviceRoots: readonly string[];
  /** Default: no thin bricks. */
  readonly lvm?: LvmOptions;
  /** Called before each step that changes something. Tests end the process there. */
  readonly onStep?: (name: string) => Promise<void>;
  /** Default: the installed programs, the watchdog in the service's own cgroup. */
  readonly freezer?: Freezer;
  readonly cleanBrick?: string;
  readonly ownBlocks?: string;
  /** How many snapshots a volume may have; default 256, as with Gluster. */
  readonly snapshotsPerVolume?: number;
}

/** The bricks of this server, their snapshots and the way back to these. One process at a time may change them. */
export interface Stores {
  readonly bricks: BrickStore;
  readonly snapshots: SnapshotStore;
  readonly restores: RestoreStore;
}

export function createStores(options: BrickStoreOptions): Stores {
  const step = options.onStep ?? (async () => {});
  const { deviceRoots, lvm, cleanBrick = nativeProgram('clean-brick') } = options;
  const roots = lvm === undefined ? deviceRoots : [...deviceRoots, lvm.mountRoot];
  const freezer = options.freezer ?? createFreezer({ program: nativeProgram('freeze'), cgroups: undefined });
  const serial = new Serial();
  const meter = createFamilyMeter(options.ownBlocks ?? nativeProgram('own-blocks'));
  const store: StoreContext = {
    roots,
    lvm,
    step,
    serial,
    trash: createTrash(step, serial),
    cleanBrick,
    meter,
    snapshotsPerVolume: options.snapshotsPerVolume ?? 256,
  };
  return {
    bricks: createBricks(store, freezer),
    snapshots: createSnapshotStore(store, freezer),
    restores: createRestoreStore(store),
  };
}

export function createBrickStore(options: BrickStoreOptions): BrickStore {
  return createStores(options).bricks;
}

function createBricks(store: StoreContext, freezer: Freezer): BrickStore {
  return {
    devices: async (_call) => (await surveyDevices(store)).map(({ fileSystem: _id, ...device }) => device),
    addDevice: (path, provisioner, _call) => addDevice(store, path, provisioner),
    setDeviceState: (path, state, _call) => setDeviceState(store, path, state),
    removeDevice: (path, _call) => removeDevice(store, path),
    bricks: async (volume, _call) => listBricks(store, volume),
    reserve: (token, requests, call) =>
      onVolume(store, requests[0]?.volume ?? '', call, () => reserveBricks(store, token, requests, call)),
    use: (volume, token, record, call) =>
      onVolume(store, volume, call, () => useBricks(store, { volume, token, record })),
    setRecord: (volume, record, call) =>
      onVolume(store, volume, call, async () => {
        checkRecord(record);
        const used = (await listBricks(store, volume)).filter((brick) => brick.state === 'used');
        await rewrite(store, 'mirror', differing(used, { record }));
      }),
    undo: (volume, token, call) =>
      onVolume(store, volume, call, () =>
        discardBricks(store, volume, (brick) => brick.token === token && brick.state === 'reserved'),
      ),
    markDeleting: (volume, call) =>
      onVolume(store, volume, call, async () =>
        rewrite(store, 'deleting', differing(await listBricks(store, volume), { state: 'deleting' })),
      ),
    remove: (volume, call) =>
      onVolume(store, volume, call, () =>
        discardBricks(store, volume, (brick) => brick.state === 'deleting'),
      ),
    grow: (volume, dataBytes, call) =>
      onVolume(store, volume, call, async () => {
        const bricks = (await listBricks(store, volume)).filter((brick) => brick.state === 'used');
        requireNoRestore(bricks);
        await growBricks(store, bricks, dataBytes, call);
      }),
    mountAll: (call) => mountBricks(store, freezer, call),
  };
}

function requireNoRestore(bricks: readonly StoredBrick[]): void {
  const [restore] = bricks.flatMap((brick) => brick.restore ?? []);
  if (restore === undefined) return;
  throw new Fault(
    'busy',
    `the volume is being restored to snapshot ${restore.snapshot}; start it or restore it again, then retry`,
  );
}

interface Use {
  readonly volume: string;
  readonly token: string;
  readonly record: string;
}

async function useBricks(store: StoreContext, { volume, token, record }: Use): Promise<void> {
  checkRecord(record);
  const bricks = (await listBricks(store, volume)).filter((brick) => brick.token === token);
  if (bricks.length === 0 || bricks.some((brick) => brick.state === 'deleting'))
    throw new Fault('not-found', `the bricks reserved for volume ${volume} are gone; create it again`);
  await rewrite(store, 'used', differing(bricks, { state: 'used', record }));
}

/** What could not be read back must not be written: it would make the brick a damaged one. */
function checkRecord(record: string): void {
  if (!recordText.safeParse(record).success) throw invalid('record', 'is empty or longer than 4000 bytes');
}

/** The bricks that differ from the wanted state and record, as they are to be. */
function differing(
  bricks: readonly StoredBrick[],
  wanted: { readonly state?: BrickState; readonly record?: string },
): readonly StoredBrick[] {
  return bricks
    .filter(({ state, record }) => state !== (wanted.state ?? state) || record !== (wanted.record ?? record))
    .map((brick) => ({ ...brick, ...wanted }));
}

async function rewrite(store: StoreContext, step: string, bricks: readonly StoredBrick[]): Promise<void> {
  await Promise.all(
    bricks.map(async (brick) => {
      await store.step(step);
      await writeRecord(brickDirectory(brick.device, brick), brick);
    }),
  );
}

async function discardBricks(
  store: StoreContext,
  volume: string,
  chosen: (brick: StoredBrick) => boolean,
): Promise<void> {
  const bricks = (await listBricks(store, volume)).filter(chosen);
  const ended = await Promise.allSettled(
    bricks.map((brick) => store.trash.discard(brick.device, brickDirectory(brick.device, brick))),
  );
  // What an earlier try had moved to the trash and could not detach is in no list any more.
  for (const { path } of await markedDevices(store.roots)) store.trash.emptyBehind(path);
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  const reason = failed.reason instanceof Error ? failed.reason.message : String(failed.reason);
  throw new Fault('uncertain', `bricks of volume ${volume} are not all removed: ${reason}; retry`, {
    cause: failed.reason,
  });
}
