import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { HomeServer } from '../peers/home-server.ts';
import type { VolumeDeps } from './deps.ts';

/**
 * The gateway of the server with the volume's first brick; undefined when it is this one. All gateways choose the
 * same, and nobody stands in for it: two that could would need a lock between them. Throws `unreachable`.
 */
export async function homeOf(
  { pool }: Pick<VolumeDeps, 'pool'>,
  { name, bricks }: GlusterVolume,
  call: Call,
): Promise<HomeServer | undefined> {
  const peerId = bricks[0]?.peerId;
  const server = (await pool.servers(call)).find((one) => one.peerId === peerId);
  if (server?.isSelf === true) return undefined;
  if (server?.home !== undefined) return server.home;
  throw new Fault('unreachable', `the server of the first brick of volume ${name} is not in the pool`);
}
