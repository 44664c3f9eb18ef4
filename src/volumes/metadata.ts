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
} as const;
const FORMAT = '1';

/** glusterd 10 dies of an option value above 4 kB; the rest is for the gateway's own envelope and JSON's quotes. */
const MAX_BYTES = 3600;

export interface Marked {
  readonly spec: VolumeSpec;
  readonly owner: string;
  readonly claim: ClassParameters['claim'];
}

/** The metadata of a volume of ours. Throws `invalid` when it is longer than glusterd can keep. */
export function toMetadata({ spec, owner, claim }: Marked): Readonly<Record<string, string>> {
  const metadata = {
    [KEYS.format]: FORMAT,
    [KEYS.owner]: owner,
    [KEYS.csiName]: spec.csiName,
    [KEYS.volumeClass]: toClassText(spec),
    ...(claim.name === undefined ? {} : { [KEYS.claim]: claim.name }),
    ...(claim.namespace === undefined ? {} : { [KEYS.namespace]: claim.namespace }),
  };
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(metadata)));
  if (bytes > MAX_BYTES) {
    throw invalid(
      'parameters',
      `take ${bytes} bytes to remember, and glusterd keeps at most ${MAX_BYTES}; shorten options or zones`,
    );
  }
  return metadata;
}

/** True when the volume carries our mark. */
export function isOwnedBy(owner: string, volume: Volume): boolean {
  return volume.metadata[KEYS.owner] === owner;
}

/** True when the volume's metadata is of a form that this version reads. */
export function isKnownFormat(volume: Volume): boolean {
  return volume.metadata[KEYS.format] === FORMAT;
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
