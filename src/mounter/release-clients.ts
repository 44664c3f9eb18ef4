import { type Call, checkpoint } from '../control/call.ts';
import { log } from '../telemetry/log.ts';
import type { MounterContext } from './context.ts';
import { clientEnded, endClient } from './end-client.ts';
import { type Client, isSuperseded, look, predecessorsOf } from './look.ts';
import type { Machine } from './machine.ts';
import { findMountsOf } from './scan.ts';

/**
 * Takes away every client whose file system is used nowhere any more, also what a killed mounter left half made. One
 * that cannot be ended does not stop the others. Safe at any time: what another work has claimed is left to it.
 */
export async function releaseClients({ machine, claims }: MounterContext, call: Call): Promise<void> {
  const clients = await look(machine);
  for (const client of byAge(clients)) {
    const { id } = client;
    checkpoint(call);
    // To look again for each one that is used would cost the more the more there are.
    if (!(await isUnused(machine, client, clients))) continue;
    using claim = claims.claim(id);
    if (claim === undefined) continue;
    try {
      await releaseOne(machine, id, call);
    } catch (error) {
      log.warn({ err: error, client: id }, 'a client that is used no more cannot be ended');
    }
  }
  await machine.removeEmptyGroups(claims);
}

/** Looks again, now that nobody else works on it. */
async function releaseOne(machine: Machine, id: string, call: Call): Promise<void> {
  const clients = await look(machine);
  const client = clients.find((one) => one.id === id);
  if (client === undefined || !(await isUnused(machine, client, clients))) return;
  await endClient(machine, client, call);
  // Of a volume that goes on to be used nobody waits for an old client's end.
  if (!isSuperseded(client, clients)) await clientEnded(machine, client, call);
  log.info({ client: id, volume: client.record?.volume }, 'client released');
}

async function isUnused(machine: Machine, client: Client, clients: readonly Client[]): Promise<boolean> {
  if (client.uses.length > 0) return false;
  // It has yet to take over their mounts.
  if (client.isMounted && predecessorsOf(client, clients).some(({ device }) => device !== undefined))
    return false;
  // On the host it has been replaced already, in the pods perhaps not.
  if (client.device === undefined || !isSuperseded(client, clients)) return true;
  return (await findMountsOf(machine, client.device)).length === 0;
}

/** Those that were replaced come before those that took over from them. */
function byAge(clients: readonly Client[]): readonly Client[] {
  return clients.toSorted((a, b) => (a.record?.created ?? '').localeCompare(b.record?.created ?? ''));
}
