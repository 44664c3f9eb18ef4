import type { BrickRequest } from '../../src/gateway/bricks/brick-store.ts';
import type { SnapshotFacts, SnapshotRequest } from '../../src/gateway/bricks/snapshot-store.ts';

const SERVER = 'aabbccdd-0000-4000-8000-000000000001';
const CAPACITY = 100n * 1024n ** 2n;

/** What the coordinator says of a snapshot of the volume v1, whose two bricks lie on one server. */
export function requestOf(snapshot: string): SnapshotRequest {
  const members = [0, 1].map((brick) => ({ subvol: 0, brick, peerId: SERVER, isPresent: true }));
  const facts: SnapshotFacts = {
    snapshot,
    volume: 'v1',
    volumeId: SERVER,
    capacity: CAPACITY,
    counts: { replica: 2, arbiter: 0, disperse: 0, redundancy: 0, subvols: 1 },
    options: {},
    metadata: {},
    description: '',
    group: undefined,
    members,
  };
  return { facts, bricks: members };
}

/** Copies of a snapshot of v1 as the bricks of another volume. */
export function copiesOf(
  bricks: readonly BrickRequest[],
  volume: string,
  snapshot: string,
): readonly BrickRequest[] {
  return bricks.map((brick) => ({ ...brick, volume, origin: { snapshot, volume: 'v1', absent: [] } }));
}
