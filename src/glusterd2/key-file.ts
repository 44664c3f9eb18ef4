import { Fault } from '../control/fault.ts';
import { changingFile, type FileContent } from './changing-file.ts';

/** Gives the key as it is now; asked for each token, so that a new key counts without a restart. */
export type KeyReader = () => Promise<Uint8Array>;

const WORLD_OR_GROUP_WRITABLE = 0o027;
/** RFC 7518 §3.2: a key for HS256 has at least 256 bits. */
const MIN_BYTES = 32;
const LINE_FEED = 0x0a;

/**
 * A reader of the JWT key in `path`. The key is the file's bytes, as with glusterd2's own `auth` file (64 hex
 * characters, not decoded, no newline). One line feed at the end is not part of it: `echo` and editors put it
 * there and nobody means it. (glusterd2 itself would take it into the key: its file must have none.)
 * Reading throws `unreachable` when others than owner and group may read the file, others than the owner may
 * write it, or the key is short.
 */
export function keyFile(path: string, recheckMs?: number): KeyReader {
  return changingFile(path, (file) => toKey(path, file), recheckMs);
}

function toKey(path: string, { content, mode }: FileContent): Uint8Array {
  if ((mode & WORLD_OR_GROUP_WRITABLE) !== 0) {
    const octal = mode.toString(8).padStart(4, '0');
    throw new Fault(
      'unreachable',
      `key file ${path} has mode ${octal}, too open for a secret; run: chmod 0640 ${path} (or 0600)`,
    );
  }
  const key = content.at(-1) === LINE_FEED ? content.subarray(0, -1) : content;
  if (key.length < MIN_BYTES) {
    throw new Fault(
      'unreachable',
      `key file ${path} holds ${key.length} bytes; a key has at least ${MIN_BYTES} (for example: openssl rand -hex 32)`,
    );
  }
  return new Uint8Array(key);
}
