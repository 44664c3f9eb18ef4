import { status } from '@grpc/grpc-js';
import { type Bad, capacity } from './bad-creates.ts';
import { GIB, MOUNT } from './controller-harness.ts';

const { INVALID_ARGUMENT, OUT_OF_RANGE, NOT_FOUND, FAILED_PRECONDITION, ABORTED } = status;

/** Wrong requests to the other RPCs. */
export const BAD_REQUESTS: readonly (readonly [
  rpc:
    | 'DeleteVolume'
    | 'ControllerGetVolume'
    | 'ListVolumes'
    | 'ControllerExpandVolume'
    | 'ValidateVolumeCapabilities'
    | 'GetCapacity',
  ...Bad,
])[] = [
  ['DeleteVolume', 'no id', {}, INVALID_ARGUMENT, /^volume_id: is missing/],
  [
    'DeleteVolume',
    'another cluster',
    { volumeId: 'gl1:volume:west:a' },
    FAILED_PRECONDITION,
    /"west" is not configured here \(configured: east\)/,
  ],
  [
    'DeleteVolume',
    'a newer handle',
    { volumeId: 'gl2:volume:east:a' },
    FAILED_PRECONDITION,
    /another version/,
  ],
  [
    'DeleteVolume',
    'a kind to come',
    { volumeId: 'gl1:block:east:a' },
    FAILED_PRECONDITION,
    /another version/,
  ],
  [
    'DeleteVolume',
    'a directory',
    { volumeId: 'gl1:subvol:east:a/b' },
    FAILED_PRECONDITION,
    /is a directory, which this driver neither made nor deletes/,
  ],
  [
    'DeleteVolume',
    'a directory outside of its volume',
    { volumeId: 'gl1:subvol:east:a/../b' },
    FAILED_PRECONDITION,
    /is a directory, which this driver neither made nor deletes/,
  ],
  [
    'ControllerExpandVolume',
    'a directory',
    { volumeId: 'gl1:subvol:east:a/b', capacityRange: { requiredBytes: 1 } },
    INVALID_ARGUMENT,
    /^volume_id: is a directory, which has no size of its own; expand volume a$/,
  ],
  [
    'ControllerGetVolume',
    'a directory of no volume',
    { volumeId: 'gl1:subvol:east:ghost/b' },
    NOT_FOUND,
    /volume gl1:subvol:east:ghost\/b does not exist/,
  ],
  ['ControllerGetVolume', 'no id', {}, INVALID_ARGUMENT, /^volume_id/],
  [
    'ControllerGetVolume',
    'a strange id',
    { volumeId: '../../x' },
    NOT_FOUND,
    /none of this driver's volumes/,
  ],
  [
    'ControllerGetVolume',
    'another cluster',
    { volumeId: 'gl1:volume:west:a' },
    NOT_FOUND,
    /not configured here/,
  ],
  ['ListVolumes', 'a negative number', { maxEntries: -1 }, INVALID_ARGUMENT, /^max_entries/],
  [
    'ListVolumes',
    'an unknown token',
    { startingToken: 'invalid-token' },
    ABORTED,
    /starting_token is unknown/,
  ],
  [
    'ListVolumes',
    'a token of another cluster',
    { startingToken: Buffer.from('p1:west:').toString('base64url') },
    ABORTED,
    /starting_token/,
  ],
  [
    'ListVolumes',
    'a token with a path',
    { startingToken: Buffer.from('p1:east:../a').toString('base64url') },
    ABORTED,
    /starting_token/,
  ],
  ['ControllerExpandVolume', 'no id', capacity(GIB), INVALID_ARGUMENT, /^volume_id/],
  [
    'ControllerExpandVolume',
    'no range',
    { volumeId: 'gl1:volume:east:a' },
    INVALID_ARGUMENT,
    /^capacity_range/,
  ],
  [
    'ControllerExpandVolume',
    'an unknown volume',
    { volumeId: 'gl1:volume:east:a', ...capacity(GIB) },
    NOT_FOUND,
    /gl1:volume:east:a does not exist/,
  ],
  [
    'ControllerExpandVolume',
    'a strange id',
    { volumeId: 'x', ...capacity(GIB) },
    NOT_FOUND,
    /none of this driver's/,
  ],
  [
    'ControllerExpandVolume',
    'block access',
    {
      volumeId: 'gl1:volume:east:a',
      ...capacity(GIB),
      volumeCapability: { block: {}, accessMode: MOUNT.accessMode },
    },
    INVALID_ARGUMENT,
    /block access/,
  ],
  [
    'ControllerExpandVolume',
    'too much',
    { volumeId: 'gl1:volume:east:a', ...capacity('9223372036854775807') },
    OUT_OF_RANGE,
    /at most/,
  ],
  ['ValidateVolumeCapabilities', 'no id', { volumeCapabilities: [MOUNT] }, INVALID_ARGUMENT, /^volume_id/],
  [
    'ValidateVolumeCapabilities',
    'no capability',
    { volumeId: 'gl1:volume:east:a' },
    INVALID_ARGUMENT,
    /^volume_capabilities/,
  ],
  [
    'ValidateVolumeCapabilities',
    'an unknown volume',
    { volumeId: 'gl1:volume:east:a', volumeCapabilities: [MOUNT] },
    NOT_FOUND,
    /does not exist/,
  ],
  [
    'GetCapacity',
    'another cluster',
    { parameters: { cluster: 'west' } },
    INVALID_ARGUMENT,
    /did you mean "east"/,
  ],
  [
    'GetCapacity',
    'an unknown parameter',
    { parameters: { replicas: '3' } },
    INVALID_ARGUMENT,
    /did you mean "replica"/,
  ],
];
