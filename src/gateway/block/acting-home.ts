import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { HomeServer } from '../peers/home-server.ts';
import type { VolumeDeps } from '../volumes/deps.ts';

/**
 * The gateway that changes a hosting volume's publications: that of the first of its bricks whose server is
 * connected; undefined when it is this one. Nodes come and go while a server is down, so the next one stands in for
 * it, in the majority of the pool alone. Two that both think so in a broken network can undo each other's change in
 * the record; that no block volume gets two writers is the record's own doing (see `publish-block-volume.ts`).
 * Throws `unreachable`.
 */
export async function actingHome(
  { pool }: Pick<VolumeDeps, 'pool'>,
  { name, bricks }: GlusterVolume,
  call: Call,
): Promise<HomeServer | undefined> {
  const servers = await pool.servers(call);
  const connected = servers.filter((server) => server.isSelf || server.isConnected);
  if (2 * connected.length <= servers.length && servers.length > 1) {
    const missing = servers.filter((server) => !connected.includes(server)).map(({ host }) => host);
    throw new Fault('unreachable', `most servers of the pool are down: ${missing.join(', ')}; start them`);
  }
  for (const { peerId } of bricks) {
    const server = connected.find((one) => one.peerId === peerId);
    if (server?.isSelf === true) return undefined;
    if (server?.home !== undefined) return server.home;
  }
  throw new Fault('unreachable', `no server with a brick of hosting volume ${name} is up; start one`);
}
