import { status } from '@grpc/grpc-js';
import { GIB, MIB, MOUNT } from './controller-harness.ts';

/** What is wrong, the change to a good request, the code, and what the sentence must say. */
export type Bad = readonly [what: string, change: object, code: status, words: RegExp];

const { INVALID_ARGUMENT, OUT_OF_RANGE, RESOURCE_EXHAUSTED } = status;
export const capacity = (requiredBytes: number | string, limitBytes: number | string = 0) => ({
  capacityRange: { requiredBytes, limitBytes },
});
const capability = (change: object) => ({ volumeCapabilities: [{ ...MOUNT, ...change }] });
const flags = (...mountFlags: string[]) => capability({ mount: { mountFlags } });

/** CreateVolume requests that are wrong apart from their parameters. */
export const BAD_CREATES: readonly Bad[] = [
  ['no name', { name: '' }, INVALID_ARGUMENT, /^name: is missing/],
  [
    'a name of 129 bytes',
    { name: `${'é'.repeat(64)}e` },
    INVALID_ARGUMENT,
    /^name: is longer than 128 bytes/,
  ],
  ['a control character', { name: 'a\u0007b' }, INVALID_ARGUMENT, /^name: holds control characters/],
  ['a C1 control character', { name: 'a\u0085b' }, INVALID_ARGUMENT, /^name: holds control characters/],
  ['a negative size', capacity(-1), INVALID_ARGUMENT, /required_bytes: is negative/],
  ['a negative limit', capacity(0, -5), INVALID_ARGUMENT, /limit_bytes: is negative/],
  [
    'a limit below the size',
    capacity(GIB, GIB - 1),
    INVALID_ARGUMENT,
    /limit_bytes: .* is below required_bytes/,
  ],
  [
    'a limit too small for any volume',
    capacity(0, MIB),
    OUT_OF_RANGE,
    /at least 20971520 bytes; raise limit_bytes/,
  ],
  ['a limit within the last MiB', capacity(GIB + 1, GIB + 2), OUT_OF_RANGE, /raise limit_bytes/],
  ['2^53', capacity('9007199254740992'), OUT_OF_RANGE, /at most \d+ bytes; ask for less/],
  ['the largest int64', capacity('9223372036854775807'), OUT_OF_RANGE, /at most/],
  ['more than there is', capacity('8000000000000000'), RESOURCE_EXHAUSTED, /are free; add devices/],
  ['no capability', { volumeCapabilities: [] }, INVALID_ARGUMENT, /^volume_capabilities: is empty/],
  [
    'no access type',
    { volumeCapabilities: [{ accessMode: MOUNT.accessMode }] },
    INVALID_ARGUMENT,
    /access_type/,
  ],
  [
    'no access mode',
    capability({ accessMode: null }),
    INVALID_ARGUMENT,
    /access_mode: give one of SINGLE_NODE_WRITER/,
  ],
  ['access mode UNKNOWN', capability({ accessMode: { mode: 'UNKNOWN' } }), INVALID_ARGUMENT, /access_mode/],
  ['an access mode of the future', capability({ accessMode: { mode: 99 } }), INVALID_ARGUMENT, /access_mode/],
  [
    'block access',
    { volumeCapabilities: [MOUNT, { block: {}, accessMode: MOUNT.accessMode }] },
    INVALID_ARGUMENT,
    /^volume_capabilities\[1\]: block access is not served/,
  ],
  [
    'another file system',
    capability({ mount: { fsType: 'ext4' } }),
    INVALID_ARGUMENT,
    /fs_type "ext4" is not served/,
  ],
  ['a mount group', capability({ mount: { volumeMountGroup: '1' } }), INVALID_ARGUMENT, /volume_mount_group/],
  ['a flag that is a path', flags('log-file=/etc/passwd'), INVALID_ARGUMENT, /"log-file" is unknown/],
  [
    'a flag for the shell',
    flags('log-level=$(reboot)'),
    INVALID_ARGUMENT,
    /"log-level" takes a value: TRACE/,
  ],
  ['a flag for the graph', flags('xlator-option=*.x=y'), INVALID_ARGUMENT, /"xlator-option" is unknown/],
  ['two flags at odds', flags('ro', 'rw'), INVALID_ARGUMENT, /exclude each other/],
  ['mutable parameters', { mutableParameters: { a: 'b' } }, INVALID_ARGUMENT, /^mutable_parameters/],
];
