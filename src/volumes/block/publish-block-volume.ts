import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { duringChange } from '../after-change.ts';
import type { BlockPublication, BlockVolume } from './block-backend.ts';
import type { LocatedBlock } from './block-clusters.ts';
import { formatBlockHandle } from './block-handle.ts';
import { getBlockVolume } from './get-block-volume.ts';

export interface PublishBlockVolume {
  readonly located: LocatedBlock;
  readonly publication: BlockPublication;
  /** No other node may have it, not even to read. */
  readonly isSingleNode: boolean;
}

/**
 * Lets one node attach the volume, or several that only read it, and resolves with the directory of the volume that it
 * mounts; undefined: the volume's own. Already so is success. Throws `not-found`, `conflict`
 * when the node has it in the other mode, `wrong-state` naming the node that has it, when one of the two writes. The
 * servers have the last word on that: they take one change at a time.
 */
export async function publishBlockVolume(
  request: PublishBlockVolume,
  call: Call,
): Promise<string | undefined> {
  const { located, publication } = request;
  const volume = await getBlockVolume(located, call);
  const own = volume.published.find(({ name }) => name === publication.name);
  if (own !== undefined && own.isReadonly !== publication.isReadonly) {
    throw new Fault(
      'conflict',
      `volume ${formatBlockHandle(located)} is published to node ${own.name} ${toMode(own)}; unpublish it there first`,
    );
  }
  const obstacle = findObstacle(volume, request);
  if (obstacle !== undefined) {
    throw new Fault(
      'wrong-state',
      `volume ${formatBlockHandle(located)} is published to node ${obstacle.name} ${toMode(obstacle)}; unpublish it there first`,
    );
  }
  return duringChange(`publishing block volume ${located.name}`, () =>
    located.backend.publish(located, publication, call),
  );
}

function findObstacle(
  { published }: BlockVolume,
  { publication, isSingleNode }: PublishBlockVolume,
): BlockPublication | undefined {
  const others = published.filter(({ name }) => name !== publication.name);
  const isAlone = isSingleNode || !publication.isReadonly;
  return isAlone ? others[0] : others.find(({ isReadonly }) => !isReadonly);
}

function toMode({ isReadonly }: BlockPublication): string {
  return isReadonly ? 'read-only' : 'as its writer';
}
