import type { Call } from '../../control/call.ts';
import { Fault, invalid, isFault } from '../../control/fault.ts';
import { changePublications } from '../block/change-publications.ts';
import { hostingVolumes } from '../block/hosting.ts';
import { type Publications, readPublications } from '../block/publications.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { ExportRef } from '../peers/export-server.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { getRecord } from '../volume-record.ts';
import { exporterOf, type LioDeps } from './deps.ts';
import { exporterIn } from './exporter.ts';

/** Which servers may become the exporter. */
export interface Choice {
  /** Peer id, or the server's name in the pool; undefined: the one with the fewest exports. */
  readonly to: string | undefined;
  /** Peer id of the one that is to be left. */
  readonly not: string | undefined;
}

/** A server that can export a block volume. */
export interface ReadyServer {
  readonly server: StorageServer;
  /** Its clients' addresses towards the bricks. */
  readonly addresses: readonly string[];
}

/**
 * The first that can export it, and has nothing left of an earlier time: it is asked before anything is changed. Throws
 * `unreachable` when there is none, `invalid` for a server that is none.
 */
export async function readyExporter(
  deps: LioDeps,
  ref: ExportRef,
  choice: Choice,
  call: Call,
): Promise<ReadyServer> {
  const reasons: string[] = [];
  for (const server of await candidatesFor(deps, choice, call)) {
    try {
      return { server, addresses: await exporterOf(deps, server).prepare(ref, call) };
    } catch (error) {
      if (!isFault(error, 'unreachable', 'timed-out')) throw error;
      reasons.push(`${server.host}: ${error.message}`);
    }
  }
  throw new Fault('unreachable', `no server can export it: ${reasons.join('; ') || 'none is up'}`);
}

/**
 * Writes another exporter into the hosting volume's record, in the place of this one. Resolves once the bricks take
 * nothing from the old one any more, whatever it is doing, with the server that the record then has. Throws what
 * `changePublications` throws.
 */
export async function appointExporter(
  deps: LioDeps,
  { volume: hosting, name }: ExportRef,
  { server, addresses, not }: ReadyServer & Pick<Choice, 'not'>,
  call: Call,
): Promise<StorageServer> {
  const appoint = (now: Publications) => {
    const current = now.get(name)?.[0]?.node;
    // Somebody else was faster.
    if (current !== not && current !== server.peerId) return now;
    return new Map([...now, [name, [{ node: server.peerId, addresses: [...addresses], readonly: false }]]]);
  };
  const changed = await changePublications(deps, hosting, appoint, call);
  return deps.pool.server(exporterIn(changed, name) ?? server.peerId, call);
}

async function candidatesFor(
  deps: LioDeps,
  { to, not }: Choice,
  call: Call,
): Promise<readonly StorageServer[]> {
  const servers = await deps.pool.servers(call);
  if (to !== undefined) {
    const named = servers.filter(({ peerId, host }) => peerId === to || host === to);
    if (named.length === 0)
      throw invalid('to', 'is neither the peer id nor the name of a server of the pool');
    return named;
  }
  const counts = countExports(await hostingVolumes(deps, call));
  return servers
    .filter(({ peerId, isSelf, isConnected }) => peerId !== not && (isSelf || isConnected))
    .toSorted((one, other) => (counts.get(one.peerId) ?? 0) - (counts.get(other.peerId) ?? 0));
}

function countExports(volumes: readonly GlusterVolume[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const volume of volumes)
    for (const [exporter] of readPublications(getRecord(volume)).values())
      if (exporter !== undefined) counts.set(exporter.node, (counts.get(exporter.node) ?? 0) + 1);
  return counts;
}
