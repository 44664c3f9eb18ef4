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
  const found = await Promise.all(servers.map(sourcesOfOther));
  return [...new Set(found.flat())].filter((one) => !LINK_LOCAL.test(one));
}

/** The same for a storage server, which may be the one that is asked for; none that is a loopback address. */
export async function serverSources(server: string): Promise<readonly string[]> {
  const sources = (await routesTo(server)).map(({ source }) => source);
  return [...new Set(sources)].filter((one) => !LOOPBACK.test(one) && !LINK_LOCAL.test(one));
}

async function sourcesOfOther(server: string): Promise<readonly string[]> {
  const routes = await routesTo(server);
  // To an address of its own a machine's route has that address.
  const own = routes.find(({ address, source }) => address === source || LOOPBACK.test(address));
  if (own === undefined) return routes.map(({ source }) => source);
  throw new Fault(
    'wrong-state',
    `server ${server} (${own.address}) is this machine, and storage servers cannot attach block volumes; keep the block driver off it with a node selector`,
  );
}

async function routesTo(server: string) {
  const addresses = await lookup(server, { all: true }).catch(() => []);
  const routes = await Promise.all(
    addresses.map(async ({ address }) => ({ address, source: await sourceFor(address) })),
  );
  return routes.flatMap(({ address, source }) => (source === undefined ? [] : [{ address, source }]));
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
