import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord } from '../volume-record.ts';
import type { BlockDeps } from './deps.ts';
import { getHosting } from './hosting.ts';
import type { HostedDisks } from './hosting-mounts.ts';
import { readPublications } from './publications.ts';

interface Guest {
  /** With the publication in its record. */
  readonly hosting: GlusterVolume;
  readonly name: string;
  readonly node: string;
}

/**
 * Makes the directory by which the node's client mounts the block volume, and removes those of former publications. A
 * client that was cut off while its network was away, and finds its node let in again, asks for a former one: it is on
 * no access list, and is not there. Throws `busy` when it was unpublished meanwhile, `not-found` when it is gone.
 */
export async function openDoor(
  deps: BlockDeps,
  disks: HostedDisks,
  { hosting, name, node }: Guest,
  call: Call,
): Promise<void> {
  // A door is in the record before it is there, and no later record has it again: of those that are seen before the
  // record is read all that it lacks are done with, whichever gateways have made them.
  const seen = await disks.doors(name, call);
  const nodes = nodesOf(await getHosting(deps, hosting.name, call), name);
  const door = doorOf(nodesOf(hosting, name), node);
  if (!nodes.some((one) => one.node === node) || doorOf(nodes, node) !== door) {
    throw new Fault('busy', `block volume ${name} was unpublished from node ${node} meanwhile; retry`);
  }
  // First: what nodes have left in them may keep the hosting volume full, or the file from having another name.
  const former = seen.filter((one) => !nodes.some((other) => other.door === one));
  await disks.closeDoors(name, former, call);
  if (door !== undefined) await disks.openDoor(name, door, call);
}

function nodesOf(hosting: GlusterVolume, name: string) {
  return readPublications(getRecord(hosting)).get(name) ?? [];
}

function doorOf(nodes: ReturnType<typeof nodesOf>, node: string): string | undefined {
  return nodes.find((one) => one.node === node)?.door;
}
