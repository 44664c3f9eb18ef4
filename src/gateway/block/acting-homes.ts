import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { Pool } from '../peers/pool.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import type { VolumeDeps } from '../volumes/deps.ts';

/**
 * The servers whose gateways may change a hosting volume's record, in the order in which they are asked: those with
 * its bricks, in the volume's order, as far as glusterd is connected to them. Nodes come and go while a server is
 * down, so the next one stands in for it, in the majority of the pool alone. Two that act at once in a broken
 * network can undo each other's change, which its maker notices (see `change-publications.ts`). Throws `unreachable`.
 */
export async function actingHomes(
  { pool }: Pick<VolumeDeps, 'pool'>,
  { name, bricks }: GlusterVolume,
  call: Call,
): Promise<readonly StorageServer[]> {
  const connected = await connectedMajority(pool, call);
  const order = [...new Set(bricks.map(({ peerId }) => peerId))];
  const homes = order.flatMap((peerId) => connected.filter((server) => server.peerId === peerId));
  if (homes.length > 0) return homes;
  throw new Fault('unreachable', `no server with a brick of hosting volume ${name} is up; start one`);
}

/**
 * The servers that this one's glusterd is connected to now, itself among them. Throws `unreachable` unless they are most
 * of the pool: what is set in a smaller part can win over the others' changes when the parts meet again.
 */
export async function connectedMajority(pool: Pool, call: Call): Promise<readonly StorageServer[]> {
  pool.forget();
  const servers = await pool.servers(call);
  const connected = servers.filter((server) => server.isSelf || server.isConnected);
  if (2 * connected.length > servers.length || servers.length === 1) return connected;
  const missing = servers.filter((server) => !connected.includes(server)).map(({ host }) => host);
  throw new Fault('unreachable', `most servers of the pool are down: ${missing.join(', ')}; start them`);
}
