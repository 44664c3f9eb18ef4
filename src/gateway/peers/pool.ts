import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { Gluster, PoolPeer } from '../gluster-cli/gluster.ts';
import { hashId } from '../hash-id.ts';
import type { StorageServer } from './storage-server.ts';

export interface Pool {
  /** Throws `unreachable` when glusterd does not tell. */
  selfId(call: Call): Promise<string>;
  servers(call: Call): Promise<readonly StorageServer[]>;
  /** Throws `not-found`. */
  server(peerId: string, call: Call): Promise<StorageServer>;
  /** Asks glusterd anew next time: after a peer came or went, or did not answer. */
  forget(): void;
  /** Peer id and pool id as last seen, for reply headers; empty before the first look. */
  identity(): { readonly peerId: string; readonly clusterId: string };
}

interface PoolParts {
  readonly gluster: Pick<Gluster, 'pool'>;
  readonly local: (peerId: string) => StorageServer;
  readonly remote: (peer: PoolPeer) => StorageServer;
}

/** How long a look at the pool holds, unless a server turns out to be unreachable; less while one is down. */
const KEPT_MS = 30_000;
const KEPT_DOWN_MS = 1_000;

interface Look {
  /** On performance.now()'s clock. */
  readonly until: number;
  readonly selfId: string;
  readonly servers: readonly StorageServer[];
}

/** The servers of the pool, by `gluster pool list`; the list is kept for a while. */
export function createPool(parts: PoolParts): Pool {
  let look: Promise<Look> | undefined;
  let identity = { peerId: '', clusterId: '' };

  const read = async (call: Call): Promise<Look> => {
    const peers = await parts.gluster.pool(call);
    const self = peers.find(({ host }) => host === 'localhost');
    if (self === undefined) throw new Fault('unreachable', 'gluster pool list does not name this server');
    identity = { peerId: self.id, clusterId: toClusterId(peers) };
    const servers = peers.map((peer) => (peer === self ? parts.local(self.id) : parts.remote(peer)));
    const isWhole = peers.every(({ connected }) => connected);
    const until = performance.now() + (isWhole ? KEPT_MS : KEPT_DOWN_MS);
    return { until, selfId: self.id, servers };
  };
  const current = async (call: Call): Promise<Look> => {
    const seen = look;
    const known = await seen?.catch(() => undefined);
    if (known !== undefined && performance.now() < known.until) return known;
    // Another request may have begun to look in the meantime.
    if (look === seen || look === undefined) look = read(call);
    return look;
  };
  const servers = async (call: Call) => (await current(call)).servers;
  return {
    selfId: async (call) => (await current(call)).selfId,
    servers,
    async server(peerId, call) {
      const found = (await servers(call)).find((server) => server.peerId === peerId);
      if (found === undefined) throw new Fault('not-found', 'peer not found');
      return found;
    },
    forget() {
      look = undefined;
    },
    identity: () => identity,
  };
}

/** Gluster has no id for a pool: one made of its smallest peer id, the same on all servers, stable while that peer stays. */
function toClusterId(peers: readonly PoolPeer[]): string {
  return hashId(`pool:${peers.map(({ id }) => id).sort()[0] ?? ''}`);
}
