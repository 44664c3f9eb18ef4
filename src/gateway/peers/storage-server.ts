import type { Call } from '../../control/call.ts';
import type { BrickFiles } from '../block/brick-files.ts';
import type { BrickRequest, Provisioner, StoredBrick, StoredDevice } from '../bricks/brick-store.ts';
import type { RestoreStore } from '../bricks/restore-store.ts';
import type { GatewayEvent } from '../event-ring.ts';
import type { ExportServer } from './export-server.ts';
import type { HomeServer } from './home-server.ts';
import type { SnapshotServer } from './snapshot-server.ts';

/** What one server holds. */
export interface NodeReport {
  readonly peerId: string;
  /** The name by which the server calls itself in its own config. */
  readonly hostname: string;
  readonly zone: string | undefined;
  readonly devices: readonly StoredDevice[];
  /** Of the volume that was asked for; none when none was. */
  readonly bricks: readonly StoredBrick[];
}

export interface BrickSize {
  readonly subvol: number;
  readonly brick: number;
  readonly dataBytes: bigint;
}

/**
 * One server of the pool, as the coordinator of a request sees it: this one by direct call, the others through
 * their gateways. The promises are those of BrickStore; any method may also throw `unreachable`, naming the
 * server (nothing was changed there), and a changing one `uncertain`.
 */
export interface StorageServer {
  readonly peerId: string;
  /** The name by which the pool knows it: what a brick's `host:path` begins with. */
  readonly host: string;
  readonly isSelf: boolean;
  /** True when this server's glusterd is connected to it. */
  readonly isConnected: boolean;

  report(volume: string | undefined, call: Call): Promise<NodeReport>;
  reserve(token: string, bricks: readonly BrickRequest[], call: Call): Promise<readonly StoredBrick[]>;
  use(volume: string, token: string, record: string, call: Call): Promise<void>;
  setRecord(volume: string, record: string, call: Call): Promise<void>;
  undo(volume: string, token: string, call: Call): Promise<void>;
  markDeleting(volume: string, call: Call): Promise<void>;
  remove(volume: string, call: Call): Promise<void>;
  grow(volume: string, bricks: readonly BrickSize[], call: Call): Promise<void>;
  /** Is that create still under way in this server's gateway? */
  holdsToken(token: string, call: Call): Promise<boolean>;
  /** Throws `invalid` unless each path may become a brick named by a client (see `brick-path.ts`). */
  checkBrickPaths(paths: readonly string[], options: { readonly create: boolean }, call: Call): Promise<void>;
  addDevice(path: string, provisioner: Provisioner, call: Call): Promise<StoredDevice>;
  setDeviceState(path: string, state: 'enabled' | 'disabled', call: Call): Promise<void>;
  removeDevice(path: string, call: Call): Promise<void>;
  events(call: Call): Promise<readonly GatewayEvent[]>;
  readonly snapshots: SnapshotServer;
  readonly restores: RestoreStore;
  readonly files: BrickFiles;
  /** Of another server: its gateway, for volumes that it is at home with. */
  readonly home?: HomeServer;
  /** Of another server: as an exporter of block volumes. */
  readonly exports?: ExportServer;
}
