import type { BrickFiles } from '../block/brick-files.ts';
import { checkBrickPath } from '../brick-path.ts';
import type { BrickStore } from '../bricks/brick-store.ts';
import type { RestoreStore } from '../bricks/restore-store.ts';
import type { EventRing } from '../event-ring.ts';
import type { Tokens } from '../tokens.ts';
import { noBrickFiles } from './no-brick-files.ts';
import { noRestores } from './no-restores.ts';
import { noSnapshots, type SnapshotServer } from './snapshot-server.ts';
import type { BrickSize, StorageServer } from './storage-server.ts';

export interface LocalParts {
  readonly hostname: string;
  readonly zone: string | undefined;
  readonly deviceRoots: readonly string[];
  readonly bricks: BrickStore;
  /** Undefined: this server makes none. */
  readonly snapshots?: SnapshotServer | undefined;
  readonly restores?: RestoreStore | undefined;
  readonly files?: BrickFiles | undefined;
  readonly tokens: Tokens;
  readonly events: EventRing;
}

/** This server, by direct call. */
export function createLocalServer(peerId: string, parts: LocalParts): StorageServer {
  const { bricks, hostname, zone, tokens, events } = parts;
  return {
    peerId,
    host: hostname,
    isSelf: true,
    isConnected: true,
    async report(volume, call) {
      const [devices, found] = await Promise.all([
        bricks.devices(call),
        volume === undefined ? [] : bricks.bricks(volume, call),
      ]);
      return { peerId, hostname, zone, devices, bricks: found };
    },
    reserve: (token, requests, call) => bricks.reserve(token, requests, call),
    use: (volume, token, record, call) => bricks.use(volume, token, record, call),
    setRecord: (volume, record, call) => bricks.setRecord(volume, record, call),
    undo: (volume, token, call) => bricks.undo(volume, token, call),
    markDeleting: (volume, call) => bricks.markDeleting(volume, call),
    remove: (volume, call) => bricks.remove(volume, call),
    grow: (volume, sizes, call) =>
      bricks.grow(volume, (brick) => sizeOf(brick, sizes) ?? brick.dataBytes, call),
    holdsToken: async (token) => tokens.isHeld(token),
    async checkBrickPaths(paths, options, call) {
      const devices = (await bricks.devices(call)).map(({ path }) => path);
      const rules = { roots: parts.deviceRoots, devices, create: options.create };
      for (const path of paths) await checkBrickPath(path, rules);
    },
    addDevice: (path, provisioner, call) => bricks.addDevice(path, provisioner, call),
    setDeviceState: (path, state, call) => bricks.setDeviceState(path, state, call),
    removeDevice: (path, call) => bricks.removeDevice(path, call),
    events: async () => events.list(),
    snapshots: parts.snapshots ?? noSnapshots,
    restores: parts.restores ?? noRestores,
    files: parts.files ?? noBrickFiles,
  };
}

function sizeOf(brick: { subvol: number; brick: number }, sizes: readonly BrickSize[]): bigint | undefined {
  return sizes.find((size) => size.subvol === brick.subvol && size.brick === brick.brick)?.dataBytes;
}
