import { lookup } from 'node:dns/promises';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { BlockPublication } from '../../glusterd2/block-wire.ts';
import type { VolumeDeps } from '../volumes/deps.ts';

/**
 * A client on a storage server gets the volume file of that server's own daemons, with a login that every brick
 * takes whatever its access list says: it could not be fenced. Throws `unsupported` for the addresses of one,
 * `unreachable` when the addresses of one are not to be had.
 */
export async function requireNoServer(
  { pool }: Pick<VolumeDeps, 'pool'>,
  { node, addresses }: BlockPublication,
  call: Call,
): Promise<void> {
  const servers = await pool.servers(call);
  const own = await Promise.all(
    servers.map(async ({ host }) => ({ host, addresses: await addressesOf(host) })),
  );
  const server = own.find((one) => one.addresses.some((address) => addresses.includes(address)));
  if (server === undefined) return;
  throw new Fault(
    'unsupported',
    `node ${node} is storage server ${server.host}, whose clients the bricks always take; attach block volumes on nodes that are none`,
  );
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new Fault('unreachable', `the name of storage server ${host} cannot be looked up here`, { cause });
  }
}
