import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { Fault } from '../control/fault.ts';

/** glusterd's. Whatever port it were, the route is the same, and nothing is sent. */
const PORT = 24_007;
const LOOPBACK = /^(?:127\.|::1$)/;
const LINK_LOCAL = /^fe80:/i;

/**
 * The addresses from which this machine's connections to the servers come, by the kernel's routes, in order of
 * servers, none twice. Of a server whose name cannot be resolved, or that there is no route to, there is none. Throws
 * `wrong-state` when this machine is one of them.
 */
export async function sourceAddresses(servers: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(servers.map(sourcesFor));
  return [...new Set(found.flat())].filter((one) => !LINK_LOCAL.test(one));
}

async function sourcesFor(server: string): Promise<readonly string[]> {
  const addresses = await lookup(server, { all: true }).catch(() => []);
  const sources = await Promise.all(addresses.map(({ address }) => sourceFor(address)));
  // To an address of its own a machine's route has that address.
  const own = addresses.find(({ address }, index) => address === sources[index] || LOOPBACK.test(address));
  if (own === undefined) return sources.filter((one) => one !== undefined);
  throw new Fault(
    'wrong-state',
    `server ${server} (${own.address}) is this machine, and storage servers cannot attach block volumes; keep the block driver off it with a node selector`,
  );
}

/** A datagram socket that is connected has its route, and the address that goes with it. */
async function sourceFor(address: string): Promise<string | undefined> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    socket.connect(PORT, address);
    await once(socket, 'connect');
    return socket.address().address;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}
