import { randomUUID } from 'node:crypto';

/** Gluster's handshake program and its SETVOLUME, by which a client binds to a brick. */
const PROGRAM = 14_398_633;
const VERSION = 2;
const SETVOLUME = 1;
const ACCESS_DENIED = 13;
/** Fields of a reply up to its result: xid, type, state, verifier's flavour and length. */
const VERIFIER_LENGTH_AT = 16;

/** A SETVOLUME call as one record (RFC 5531), for a brick by its path and a directory of its volume. */
export function formatHandshake(brickPath: string, directory: string): Buffer {
  const params = formatDictionary({
    'remote-subvolume': brickPath,
    'subdir-mount': directory,
    'process-uuid': `gluster-csi-${randomUUID()}`,
    'process-name': 'gluster-csi',
    'fops-version': '1298437',
    'mgmt-version': '1',
  });
  const header = words([1, 0, 2, PROGRAM, VERSION, SETVOLUME, 0, 0, 0, 0]);
  const body = Buffer.concat([header, words([params.length]), pad(params)]);
  return Buffer.concat([words([(0x80000000 | body.length) >>> 0]), body]);
}

/**
 * The brick's verdict: false when it refused for want of authority, which it looks at first; true when it took the
 * client, or would have if the directory were there. Undefined for what is no reply to a SETVOLUME.
 */
export function parseHandshake(reply: Buffer): boolean | undefined {
  if (reply.length < VERIFIER_LENGTH_AT + 4 || reply.readUInt32BE(4) !== 1 || reply.readUInt32BE(8) !== 0)
    return undefined;
  const acceptAt = VERIFIER_LENGTH_AT + 4 + roundUp(reply.readUInt32BE(VERIFIER_LENGTH_AT));
  if (reply.length < acceptAt + 12 || reply.readUInt32BE(acceptAt) !== 0) return undefined;
  const [result, errno] = [reply.readInt32BE(acceptAt + 4), reply.readInt32BE(acceptAt + 8)];
  return result === 0 || errno !== ACCESS_DENIED;
}

/** Gluster's own form: a count, then for each entry the two lengths, the key and the value, both with a NUL at the end. */
function formatDictionary(entries: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(entries).map(([key, value]) =>
    Buffer.concat([
      words([Buffer.byteLength(key), Buffer.byteLength(value) + 1]),
      Buffer.from(`${key}\0${value}\0`),
    ]),
  );
  return Buffer.concat([words([pairs.length]), ...pairs]);
}

function words(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value, 4 * index);
  return buffer;
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(roundUp(bytes.length) - bytes.length)]);
}

function roundUp(length: number): number {
  return Math.ceil(length / 4) * 4;
}
