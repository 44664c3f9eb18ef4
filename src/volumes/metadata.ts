import { invalid } from '../control/fault.ts';
import type { ClassParameters } from './parameters.ts';
import type { Volume, VolumeClass, VolumeSpec } from './spec.ts';

/**
 * What we keep with a volume. `owner` is our mark: no volume without it is ever deleted or changed. `class`
 * is what was asked for, so that a repeated request can be told from another one. The keys and the form
 * of `class` are a format on disk: frozen, with a version for the next one.
 */
export const KEYS = {
  format: 'format',
  owner: 'owner',
  csiName: 'csi-name',
  volumeClass: 'class',
  claim: 'pvc',
  namespace: 'namespace',
  /** Of a clone: the handle of what it was made from. */
  source: 'source',
  /** Of a clone: the size that was asked for, which an interrupted request may not have given it yet. */
  cloneBytes: 'clone-bytes',
  /** Of a snapshot: the VolumeSnapshot that it was taken for. */
  snapshot: 'volumesnapshot',
  /** Of a snapshot that only serves to clone a volume: the clone. Such a one has no owner and is not listed. */
  madeFor: 'made-for',
  /** In place of `owner`, of a volume that views of a snapshot share: only with its last view is it deleted. */
  viewOwner: 'view-owner',
  /** Of such a volume without views, once it is to be deleted: it takes no new ones. */
  closing: 'view-closing',
} as const;
export const FORMAT = '1';

/** glusterd 10 dies of an option value above 4 kB; the rest is for the gateway's own envelope and JSON's quotes. */
const MAX_BYTES = 3600;

export interface Marked {
  readonly spec: VolumeSpec;
  readonly owner: string;
  readonly claim: ClassParameters['claim'];
  /** What it is a clone of. */
  readonly source?: { readonly handle: string } | undefined;
}

/** The metadata of a volume of ours. Throws `invalid` when it is longer than glusterd can keep. */
export function toMetadata({ spec, owner, claim, source }: Marked): Readonly<Record<string, string>> {
  const metadata = {
    [KEYS.format]: FORMAT,
    [KEYS.owner]: owner,
    [KEYS.csiName]: spec.csiName,
    [KEYS.volumeClass]: toClassText(spec),
    ...(claim.name === undefined ? {} : { [KEYS.claim]: claim.name }),
    ...(claim.namespace === undefined ? {} : { [KEYS.namespace]: claim.namespace }),
    ...(source === undefined
      ? {}
      : { [KEYS.source]: source.handle, [KEYS.cloneBytes]: String(spec.capacityBytes) }),
  };
  const bytes = storedBytes(metadata);
  if (bytes > MAX_BYTES) {
    throw invalid(
      'parameters',
      `take ${bytes} bytes to remember, and glusterd keeps at most ${MAX_BYTES}; shorten options or zones`,
    );
  }
  return metadata;
}

/** False when the metadata are longer than glusterd can keep. */
export function canBeKept(metadata: Readonly<Record<string, string>>): boolean {
  return storedBytes(metadata) <= MAX_BYTES;
}

function storedBytes(metadata: Readonly<Record<string, string>>): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(metadata)));
}

/** True when the volume or snapshot carries our mark. */
export function isOwnedBy(owner: string, { metadata }: Pick<Volume, 'metadata'>): boolean {
  return metadata[KEYS.owner] === owner;
}

/** True when the metadata is of a form that this version reads. */
export function isKnownFormat({ metadata }: Pick<Volume, 'metadata'>): boolean {
  return metadata[KEYS.format] === FORMAT;
}

/** One text for one class: keys in a fixed order, lists sorted by their parsers. */
export function toClassText({ layout, brickType, zones, options }: VolumeClass): string {
  const { kind, distribute } = layout;
  const shape =
    layout.kind === 'replica'
      ? { kind, copies: layout.copies, distribute }
      : layout.kind === 'disperse'
        ? { kind, data: layout.data, redundancy: layout.redundancy, distribute }
        : { kind, distribute };
  return JSON.stringify({ layout: shape, brickType, zones, options });
}
