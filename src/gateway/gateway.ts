import type { AddressInfo } from 'node:net';
import type { GatewayConfig } from '../config.ts';
import { invalid } from '../control/fault.ts';
import { KeyedLocks } from '../control/locks.ts';
import { keyFile } from '../glusterd2/key-file.ts';
import { log } from '../telemetry/log.ts';
import { toAccessOptions } from './access-options.ts';
import { accountOf } from './account-of.ts';
import type { Issuers } from './auth.ts';
import type { BrickStore } from './bricks/brick-store.ts';
import type { RestoreStore } from './bricks/restore-store.ts';
import type { SnapshotStore } from './bricks/snapshot-store.ts';
import { EventRing } from './event-ring.ts';
import type { Gluster } from './gluster-cli/gluster.ts';
import { type Housekeeping, startHousekeeping } from './housekeeping.ts';
import { createLio } from './lio/create-lio.ts';
import type { LioParts } from './lio/deps.ts';
import type { ExportWatch } from './lio/watch-exports.ts';
import { createLocalServer } from './peers/local-server.ts';
import { createPeerClients } from './peers/peer-clients.ts';
import { createPool } from './peers/pool.ts';
import { createRemoteServer } from './peers/remote-server.ts';
import { createApi } from './request-listener.ts';
import { type BlockProviders, createRoutes } from './routes/routes.ts';
import { createServer, type HttpServer } from './server.ts';
import { Tokens } from './tokens.ts';
import type { VolumeDeps } from './volumes/deps.ts';
import { type DeviceWatch, startDeviceWatch } from './watch-devices.ts';

const OPTION_MS = 3_000;

/** This server's glusterd and disks. */
export interface GatewayParts extends Omit<BlockProviders, 'lio'> {
  readonly gluster: Gluster;
  readonly bricks: BrickStore;
  /** Absent: no snapshots are made here. */
  readonly snapshots?: SnapshotStore;
  readonly restores?: RestoreStore;
  /** Absent: no block volumes are exported by this program's own targets. */
  readonly lio?: LioParts;
}

export interface Gateway {
  /** Listens, then mounts and sweeps in the background. Throws `invalid` for the config, `unreachable` for files and address. */
  start(): Promise<AddressInfo>;
  /** Takes no more requests and resolves when those under way are finished or undone. */
  stop(): Promise<void>;
}

/** glusterd2's REST API over this server's classic glusterd and its devices. */
export function createGateway(config: GatewayConfig, parts: GatewayParts): Gateway {
  const issuers = toIssuers(config);
  const tokens = new Tokens();
  const events = new EventRing();
  const clients = createPeerClients(config, issuers.peers.key);
  const { hostname, deviceRoots, zone } = config;
  const { bricks, snapshots, restores } = parts;
  const files = parts.block?.files;
  const local = { hostname, zone, deviceRoots, bricks, snapshots, restores, files, tokens, events };
  const pool = createPool({
    gluster: parts.gluster,
    local: (peerId) => createLocalServer(peerId, local),
    remote: (peer) => createRemoteServer(peer, clients.for(peer.host)),
  });
  let housekeeping: Housekeeping | undefined;
  const deps: VolumeDeps = {
    gluster: parts.gluster,
    pool,
    tokens,
    locks: new KeyedLocks(),
    accessOptions: toAccessOptions(config.access),
    optionMs: OPTION_MS,
    accountOf,
    noticeReset: () => housekeeping?.soon(),
    notify: (name, data) => events.add(name, pool.identity().peerId, data),
  };
  const lio = parts.lio === undefined ? undefined : createLio(deps, parts.lio);
  const providers = { block: parts.block, glusterBlock: parts.glusterBlock, lio: lio?.deps };
  const api = createApi({
    routes: createRoutes(deps, providers),
    issuers,
    identity: pool.identity,
    onUnreachable: () => pool.forget(),
  });
  let server: HttpServer | undefined;
  let watches: readonly (DeviceWatch | ExportWatch)[] = [];
  return {
    async start() {
      await checkKeys(issuers);
      server = await createServer(config, api.listener);
      const address = await server.listen();
      log.info({ address: address.address, port: address.port, hostname }, 'gateway listens');
      housekeeping = startHousekeeping(deps, bricks, { ...providers, snapshots });
      const devices = startDeviceWatch({ devices: (call) => bricks.devices(call), notify: deps.notify });
      watches = lio === undefined ? [devices] : [devices, lio.watch()];
      return address;
    },
    async stop() {
      const closed = server?.close();
      await housekeeping?.stop();
      for (const watch of watches) await watch.stop();
      await api.idle();
      server?.cut();
      await closed;
      await clients.close();
    },
  };
}

function toIssuers({ auth }: GatewayConfig): Issuers {
  if (auth.driver.issuer === auth.peers.issuer) {
    throw invalid('auth.peers.issuer', "is the driver's too; the two need names of their own");
  }
  return {
    driver: { issuer: auth.driver.issuer, key: keyFile(auth.driver.keyFile) },
    peers: { issuer: auth.peers.issuer, key: keyFile(auth.peers.keyFile) },
  };
}

/** Throws `unreachable` when a key cannot be used, `invalid` when one key serves both. */
async function checkKeys({ driver, peers }: Issuers): Promise<void> {
  const [one, other] = await Promise.all([driver.key(), peers.key()]);
  if (!Buffer.from(one).equals(Buffer.from(other))) return;
  throw invalid(
    'auth.peers.keyFile',
    "holds the driver's key; what gateways ask of each other needs its own",
  );
}
