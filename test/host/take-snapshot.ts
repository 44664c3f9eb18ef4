import { expect } from 'chai';
import type { Stores } from '../../src/gateway/bricks/create-brick-store.ts';
import type { SnapshotFacts, SnapshotRequest } from '../../src/gateway/bricks/snapshot-store.ts';
import { testCall } from './outer-xfs.ts';

const SERVER = 'aabbccdd-0000-4000-8000-000000000001';

/** What the coordinator says of a snapshot of a volume whose bricks all lie on one server. */
export function snapshotRequest(of: {
  readonly snapshot: string;
  readonly volume: string;
  readonly bricks: number;
}): SnapshotRequest {
  const { snapshot, volume, bricks } = of;
  const members = Array.from({ length: bricks }, (_, brick) => ({
    subvol: 0,
    brick,
    peerId: SERVER,
    isPresent: true,
  }));
  const facts: SnapshotFacts = {
    snapshot,
    volume,
    volumeId: SERVER,
    capacity: 20n * 1024n ** 2n,
    counts: { replica: bricks, arbiter: 0, disperse: 0, redundancy: 0, subvols: 1 },
    options: {},
    metadata: {},
    description: '',
    group: undefined,
    members,
  };
  return { facts, bricks: members };
}

/** Goes through all steps of a snapshot, as its coordinator does; what a failed prepare leaves is for it to forget. */
export async function takeSnapshot({ snapshots }: Stores, request: SnapshotRequest): Promise<void> {
  const token = `token of ${request.facts.snapshot}`;
  await snapshots.prepare(token, [request], testCall());
  await snapshots.freeze(token, 4, testCall());
  await snapshots.take(token, testCall());
  expect(await snapshots.thaw(token, testCall())).to.equal(true);
  await snapshots.commit(token, 1_700_000_000_123, testCall());
}
