import * as z from 'zod';
import { Fault, invalid } from '../control/fault.ts';
import { parseJson } from '../control/parse-json.ts';
import type { GlusterVolume } from './gluster-cli/gluster.ts';

/** The one volume option in which the gateway keeps what Gluster has no place for. */
export const RECORD_OPTION = 'user.gluster-csi';
/** glusterd 10 crashes on a value of 4200 bytes. */
const MAX_BYTES = 4000;

/** What the gateway knows of a volume beyond Gluster's own words. */
export interface VolumeRecord {
  /** Bytes asked for; undefined for a volume of named bricks. */
  readonly capacity: bigint | undefined;
  readonly provisioner: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

const stored = z.object({
  v: z.literal(1),
  capacity: z.number().int().positive().exactOptional(),
  provisioner: z.string().exactOptional(),
  metadata: z.record(z.string(), z.string()),
});

/** One line of JSON. Throws `invalid` when it is longer than glusterd survives. */
export function formatRecord(record: VolumeRecord): string {
  const text = JSON.stringify({
    v: 1,
    ...(record.capacity === undefined ? {} : { capacity: Number(record.capacity) }),
    ...(record.provisioner === undefined ? {} : { provisioner: record.provisioner }),
    metadata: record.metadata,
  }).replaceAll(UNSAFE, toEscape);
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw invalid(
      'metadata',
      `metadata size exceeds max allowed size of 4KB (${MAX_BYTES} bytes with capacity)`,
    );
  }
  return text;
}

/** Controls, separators and non-characters that would not survive gluster's XML; JSON has escaped those below U+0020. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The volume's record; empty when it has none, undefined when it has one that cannot be read (a newer gateway's). */
export function readRecord(volume: GlusterVolume): VolumeRecord | undefined {
  const text = volume.options[RECORD_OPTION];
  if (text === undefined) return { capacity: undefined, provisioner: undefined, metadata: {} };
  return parseRecord(text);
}

/** The record that a text holds; undefined when it cannot be read. */
export function parseRecord(text: string): VolumeRecord | undefined {
  const parsed = stored.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { capacity, provisioner, metadata } = parsed.data;
  return { capacity: capacity === undefined ? undefined : BigInt(capacity), provisioner, metadata };
}

/** The record of a volume that is to be changed. Throws `wrong-state` when it cannot be read. */
export function getRecord(volume: GlusterVolume): VolumeRecord {
  const record = readRecord(volume);
  if (record !== undefined) return record;
  throw new Fault(
    'wrong-state',
    `volume ${volume.name}: its option ${RECORD_OPTION} was written by a newer gateway, or by hand; upgrade this gateway`,
  );
}

/** Metadata as a client may give it. Throws `invalid`: names that begin with "_" are the server's own. */
export function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  for (const key of Object.keys(metadata)) {
    if (key === '') throw invalid('metadata', 'a key is empty');
    if (key.startsWith('_')) {
      throw invalid('metadata', "key names starting with '_' are restricted in metadata field");
    }
  }
}
