import { status } from '@grpc/grpc-js';
import type { Bad } from './bad-creates.ts';

const { INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, ABORTED } = status;
const SOURCE = 'gl1:volume:east:a';
const take = (change: object) => ({ name: 's', sourceVolumeId: SOURCE, ...change });

type Rpc =
  | 'CreateSnapshot'
  | 'DeleteSnapshot'
  | 'ListSnapshots'
  | 'GetSnapshot'
  | 'GetVolumeGroupSnapshot'
  | 'DeleteVolumeGroupSnapshot';

/** Wrong requests about snapshots, to a cluster without any. */
export const BAD_SNAPSHOTS: readonly (readonly [rpc: Rpc, ...Bad])[] = [
  ['CreateSnapshot', 'no name', take({ name: '' }), INVALID_ARGUMENT, /^name: is missing/],
  [
    'CreateSnapshot',
    'a name of 129 bytes',
    take({ name: 'x'.repeat(129) }),
    INVALID_ARGUMENT,
    /^name: is longer/,
  ],
  [
    'CreateSnapshot',
    'a control character',
    take({ name: 'a\u0000' }),
    INVALID_ARGUMENT,
    /^name: holds control/,
  ],
  [
    'CreateSnapshot',
    'no source',
    take({ sourceVolumeId: '' }),
    INVALID_ARGUMENT,
    /^source_volume_id: is missing/,
  ],
  ['CreateSnapshot', 'a gone source', take({}), NOT_FOUND, /gl1:volume:east:a does not exist/],
  [
    'CreateSnapshot',
    'a strange source',
    take({ sourceVolumeId: 'x' }),
    NOT_FOUND,
    /none of this driver's volumes/,
  ],
  [
    'CreateSnapshot',
    'a directory',
    take({ sourceVolumeId: 'gl1:subvol:east:a/b' }),
    INVALID_ARGUMENT,
    /^source_volume_id: is a directory, which cannot be snapshotted or cloned; name volume a$/,
  ],
  [
    'CreateSnapshot',
    'another cluster',
    take({ sourceVolumeId: 'gl1:volume:west:a' }),
    NOT_FOUND,
    /"west" is not configured here/,
  ],
  [
    'CreateSnapshot',
    'an unknown parameter',
    take({ parameters: { nameprefix: 'x' } }),
    INVALID_ARGUMENT,
    /^parameters\.nameprefix: is unknown; did you mean "namePrefix"\? known are namePrefix$/,
  ],
  [
    'CreateSnapshot',
    'a parameter of a StorageClass',
    take({ parameters: { replica: '3' } }),
    INVALID_ARGUMENT,
    /^parameters\.replica: is unknown; known are namePrefix$/,
  ],
  [
    'CreateSnapshot',
    'a prefix with a path',
    take({ parameters: { namePrefix: '../' } }),
    INVALID_ARGUMENT,
    /^parameters\.namePrefix: is 1 to 20 of/,
  ],
  ['DeleteSnapshot', 'no id', {}, INVALID_ARGUMENT, /^snapshot_id: is missing/],
  [
    'DeleteSnapshot',
    'another cluster',
    { snapshotId: 'gl1:snap:west:a' },
    FAILED_PRECONDITION,
    /"west" is not configured here \(configured: east\)/,
  ],
  [
    'DeleteSnapshot',
    'a newer handle',
    { snapshotId: 'gl2:snap:east:a' },
    FAILED_PRECONDITION,
    /another version/,
  ],
  ['GetSnapshot', 'no id', {}, INVALID_ARGUMENT, /^snapshot_id: is missing/],
  [
    'GetSnapshot',
    'a gone snapshot',
    { snapshotId: 'gl1:snap:east:a' },
    NOT_FOUND,
    /snap:east:a does not exist/,
  ],
  ['GetSnapshot', 'a strange id', { snapshotId: '../x' }, NOT_FOUND, /none of this driver's snapshots/],
  [
    'GetSnapshot',
    'a group',
    { snapshotId: 'gl1:group:east:a' },
    NOT_FOUND,
    /none of this driver's snapshots/,
  ],
  ['ListSnapshots', 'a negative number', { maxEntries: -1 }, INVALID_ARGUMENT, /^max_entries/],
  ['ListSnapshots', 'an unknown token', { startingToken: 'x' }, ABORTED, /starting_token is unknown/],
  [
    'ListSnapshots',
    'a snapshot of another cluster',
    { snapshotId: 'gl1:snap:west:a' },
    FAILED_PRECONDITION,
    /not configured here/,
  ],
  ['GetVolumeGroupSnapshot', 'no id', {}, INVALID_ARGUMENT, /^group_snapshot_id: is missing/],
  [
    'GetVolumeGroupSnapshot',
    'a strange id',
    { groupSnapshotId: 'x' },
    NOT_FOUND,
    /none of this driver's group snapshots/,
  ],
  [
    'GetVolumeGroupSnapshot',
    'a gone group',
    { groupSnapshotId: 'gl1:group:east:a' },
    NOT_FOUND,
    /gl1:group:east:a does not exist/,
  ],
  ['DeleteVolumeGroupSnapshot', 'no id', {}, INVALID_ARGUMENT, /^group_snapshot_id: is missing/],
  [
    'DeleteVolumeGroupSnapshot',
    'another cluster',
    { groupSnapshotId: 'gl1:group:west:a' },
    FAILED_PRECONDITION,
    /not configured here/,
  ],
];
