import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { Hosted } from '../block/locate.ts';
import type { GlusterBlockDeps } from './deps.ts';
import type { HostedExport } from './export-files.ts';
import { exporting } from './export-meta.ts';

interface Wish {
  readonly hacount: number;
  readonly all: readonly Hosted<HostedExport>[];
}

/**
 * IPv4 addresses of so many connected servers of the pool, those first that export least. Throws `exhausted` when
 * there are not so many, `unreachable` when the addresses of one are not to be had.
 */
export async function chooseHosts(
  deps: GlusterBlockDeps,
  { hacount, all }: Wish,
  call: Call,
): Promise<readonly string[]> {
  const addresses = await serverAddresses(deps, call);
  const used = all
    .flatMap(({ disks }) => disks)
    .flatMap(({ meta, declaration }) => (meta === undefined ? declaration?.hosts : namesOf(meta)) ?? []);
  const load = (address: string) => used.filter((one) => one === address).length;
  if (addresses.length >= hacount)
    return addresses.toSorted((one, other) => load(one) - load(other)).slice(0, hacount);
  throw new Fault(
    'exhausted',
    `hacount: ${hacount} servers are asked for, and ${addresses.length} of the pool are connected`,
  );
}

function namesOf(meta: Parameters<typeof exporting>[0]): readonly string[] {
  return exporting(meta).map(({ address }) => address);
}

async function serverAddresses({ pool }: GlusterBlockDeps, call: Call): Promise<readonly string[]> {
  const servers = (await pool.servers(call)).filter(({ isSelf, isConnected }) => isSelf || isConnected);
  return Promise.all(servers.map(({ host }) => (isIPv4(host) ? host : addressOf(host))));
}

async function addressOf(host: string): Promise<string> {
  const found = await lookup(host, { family: 4 }).catch((cause: unknown) => {
    throw new Fault('unreachable', `storage server ${host} has no IPv4 address here; name hosts`, { cause });
  });
  // As Debian names a machine itself.
  if (!found.address.startsWith('127.')) return found.address;
  throw new Fault(
    'unreachable',
    `the name of storage server ${host} is that of a loopback address here, by which nobody reaches it; name hosts`,
  );
}
