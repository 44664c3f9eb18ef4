import { posix } from 'node:path';
import * as z from 'zod';
import { Fault, invalid } from '../../control/fault.ts';

/** Of Linux: a path with its final NUL, and one name in it. */
const MAX_PATH_BYTES = 4095;
const MAX_NAME_BYTES = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f]/;

const path = z
  .string()
  .min(1, 'is missing; it is required')
  .refine((text) => text.startsWith('/'), 'must be an absolute path')
  .refine((text) => Buffer.byteLength(text) <= MAX_PATH_BYTES, `is longer than ${MAX_PATH_BYTES} bytes`)
  .refine((text) => !CONTROL.test(text), 'holds control characters; leave them out')
  .refine(
    (text) => !namesOf(text).some((name) => name === '.' || name === '..'),
    'holds "." or ".."; give the path without them',
  )
  .refine(
    (text) => namesOf(text).every((name) => Buffer.byteLength(name) <= MAX_NAME_BYTES),
    `has a name of more than ${MAX_NAME_BYTES} bytes in it`,
  )
  .refine((text) => namesOf(text).length > 0, 'must not be the root directory')
  .transform((text) => posix.join('/', ...namesOf(text)));

/** A required absolute path, without repeated and final slashes, as mountinfo would show it. Throws `invalid`. */
export function decodePath(text: string, field: string): string {
  const parsed = path.safeParse(text);
  if (parsed.success) return parsed.data;
  throw invalid(field, parsed.error.issues[0]?.message ?? 'is no path');
}

/**
 * The same for a path where a volume is said to be already: at a relative one nothing can be mounted, which
 * csi-sanity wants as `not-found`.
 */
export function decodeMountedPath(text: string, field: string): string {
  if (text === '' || text.startsWith('/')) return decodePath(text, field);
  throw new Fault('not-found', `${field}: nothing is mounted at a relative path; give an absolute path`);
}

/** The same for a path that may be left out. */
export function decodeOptionalPath(text: string, field: string): string | undefined {
  return text === '' ? undefined : decodePath(text, field);
}

function namesOf(text: string): readonly string[] {
  return text.split('/').filter((name) => name !== '');
}
