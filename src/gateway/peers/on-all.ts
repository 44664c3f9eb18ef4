import { Fault, isFault } from '../../control/fault.ts';
import type { StorageServer } from './storage-server.ts';

export interface Refusal {
  readonly server: StorageServer;
  readonly reason: unknown;
}

/** Does the work on all servers in parallel and waits for each, so that nothing is still running afterwards. */
export async function attemptOnAll<T>(
  servers: readonly StorageServer[],
  work: (server: StorageServer) => Promise<T>,
): Promise<{
  readonly done: readonly { readonly server: StorageServer; readonly result: T }[];
  readonly refused: readonly Refusal[];
}> {
  const settled = await Promise.allSettled(servers.map(async (server) => work(server)));
  const done: { server: StorageServer; result: T }[] = [];
  const refused: Refusal[] = [];
  for (const [index, outcome] of settled.entries()) {
    const server = servers[index];
    if (server === undefined) continue;
    if (outcome.status === 'fulfilled') done.push({ server, result: outcome.value });
    else refused.push({ server, reason: outcome.reason });
  }
  return { done, refused };
}

/** What each one answered, in their order. Throws the first failure, its message naming the server. */
export async function onAll<T>(
  servers: readonly StorageServer[],
  work: (server: StorageServer) => Promise<T>,
): Promise<readonly T[]> {
  const { done, refused } = await attemptOnAll(servers, work);
  const [first] = refused;
  if (first !== undefined) throw named(first);
  return done.map(({ result }) => result);
}

/** The refusal as a fault whose message names the server. */
export function named({ server, reason }: Refusal): unknown {
  if (!isFault(reason) || reason.message.includes(server.host)) return reason;
  return new Fault(reason.kind, `server ${server.host}: ${reason.message}`, { cause: reason });
}
