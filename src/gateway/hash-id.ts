import { createHash } from 'node:crypto';

/** An id in the shape of a UUID (version 8, RFC 9562), always the same for the same text. */
export function hashId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join('-');
}
