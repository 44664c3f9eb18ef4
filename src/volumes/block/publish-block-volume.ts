import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { duringChange } from '../after-change.ts';
import type { BlockPublication, BlockPublishing, BlockVolume, PublishedBlock } from './block-backend.ts';
import type { LocatedBlock } from './block-clusters.ts';
import { formatBlockHandle } from './block-handle.ts';
import { getBlockVolume } from './get-block-volume.ts';

export interface PublishBlockVolume {
  readonly located: LocatedBlock;
  readonly publication: BlockPublishing;
  /** No other node may have it, not even to read. */
  readonly isSingleNode: boolean;
}

/**
 * Lets one node attach the volume, or several that only read it, or that all share it. Already so is success. Resolves
 * with the volume, and with what the node finds it by: its door, or its target over iSCSI. Throws `not-found`, `conflict`
 * when the node has it in the other mode, `wrong-state` naming the node that has it, when one of the two writes, and for
 * a node without what it takes. The servers have the last word on that: they take one change at a time.
 */
export async function publishBlockVolume(request: PublishBlockVolume, call: Call): Promise<PublishedBlock> {
  const { located, publication } = request;
  const id = formatBlockHandle(located);
  const isOverIscsi = located.provider !== 'virtblock';
  if (isOverIscsi && publication.initiator === undefined) {
    throw new Fault(
      'wrong-state',
      `node ${publication.name} has no iSCSI initiator name, which volume ${id} needs; install open-iscsi there and start its node pod anew`,
    );
  }
  const volume = await getBlockVolume(located, call);
  const own = volume.published.find(({ name }) => name === publication.name);
  if (own !== undefined && own.isReadonly !== publication.isReadonly) {
    throw new Fault(
      'conflict',
      `volume ${id} is published to node ${own.name} ${toMode(own)}; unpublish it there first`,
    );
  }
  const obstacle = findObstacle(volume, request);
  if (obstacle !== undefined) {
    throw new Fault(
      'wrong-state',
      `volume ${id} is published to node ${obstacle.name} ${toMode(obstacle)}; unpublish it there first`,
    );
  }
  const published = await duringChange(`publishing block volume ${located.name}`, () =>
    located.backend.publish(located, publication, call),
  );
  if (!isOverIscsi || published.target !== undefined) return published;
  throw new Fault('uncertain', `the servers do not tell where the disk of volume ${id} is served; retry`);
}

function findObstacle(
  { published }: BlockVolume,
  { publication, isSingleNode }: PublishBlockVolume,
): BlockPublication | undefined {
  // Who else shares it, the servers know.
  if (publication.isShared === true) return undefined;
  const others = published.filter(({ name }) => name !== publication.name);
  const isAlone = isSingleNode || !publication.isReadonly;
  return isAlone ? others[0] : others.find(({ isReadonly }) => !isReadonly);
}

function toMode({ isReadonly }: BlockPublication): string {
  return isReadonly ? 'read-only' : 'as its writer';
}
