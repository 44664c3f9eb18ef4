import { invalid } from '../control/fault.ts';
import { parseLayout } from './layout.ts';
import type { BrickType, VolumeClass } from './spec.ts';
import { describeUnknown } from './unknown-name.ts';
import { parseVolumeOptions } from './volume-options.ts';

/** What a StorageClass says. */
export interface ClassParameters {
  /** As written; undefined when the class does not say. */
  readonly cluster: string | undefined;
  readonly namePrefix: string;
  readonly volumeClass: VolumeClass;
  /** For whom the volume is made, as the provisioner tells with --extra-create-metadata. */
  readonly claim: { readonly name?: string; readonly namespace?: string };
}

const KNOWN = [
  ...['cluster', 'kind', 'replica', 'arbiter', 'disperse', 'redundancy', 'distribute', 'brickType'],
  ...['zones', 'namePrefix', 'options', 'allowSplitBrain'],
] as const;
type Known = (typeof KNOWN)[number];

/** Keys of the CO's own, not meant for the driver. */
const KUBERNETES = 'csi.storage.k8s.io/';
const BRICK_TYPES: readonly BrickType[] = ['loop', 'directory', 'lvm'];
const LATER_KINDS = ['subvol'];
const BLOCK_KINDS = ['virtblock', 'block'];
const ZONE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** Leaves room for 49 characters of name and hash within Gluster's 72. */
const PREFIX = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,19}$/;

/** Reads StorageClass parameters. Throws `invalid`, naming the parameter and the remedy. */
export function parseParameters(parameters: Readonly<Record<string, string>>): ClassParameters {
  const given = new Map<Known, string>();
  for (const [key, value] of Object.entries(parameters)) {
    if (key.startsWith(KUBERNETES)) continue;
    if (!isKnown(key))
      throw invalid(`parameters.${key.slice(0, 64)}`, describeUnknown(key.slice(0, 64), KNOWN));
    given.set(key, value);
  }
  checkKind(given.get('kind') ?? 'volume');
  return {
    cluster: given.get('cluster'),
    namePrefix: parsePrefix(given.get('namePrefix') ?? ''),
    volumeClass: {
      layout: parseLayout(Object.fromEntries(given)),
      brickType: parseBrickType(given.get('brickType') ?? 'loop'),
      zones: parseZones(given.get('zones') ?? ''),
      options: parseVolumeOptions(given.get('options') ?? ''),
    },
    claim: parseClaim(parameters),
  };
}

function isKnown(key: string): key is Known {
  return (KNOWN as readonly string[]).includes(key);
}

function checkKind(kind: string): void {
  if (kind === 'volume') return;
  if (BLOCK_KINDS.includes(kind)) {
    throw invalid(
      'parameters.kind',
      `"${kind}" is of driver block.csi.gluster.org; name that as the provisioner`,
    );
  }
  const later = LATER_KINDS.includes(kind) ? 'is not served yet' : 'is unknown';
  throw invalid('parameters.kind', `"${kind.slice(0, 32)}" ${later}; use "volume" or leave it out`);
}

/** What is put before names in Gluster. Throws `invalid`. */
export function parsePrefix(prefix: string): string {
  if (prefix === '' || PREFIX.test(prefix)) return prefix;
  throw invalid('parameters.namePrefix', 'is 1 to 20 of A-Z, a-z, 0-9, "_" and "-", and begins with no dash');
}

/** Throws `invalid`. */
export function parseBrickType(text: string): BrickType {
  const type = BRICK_TYPES.find((one) => one === text);
  if (type === undefined) {
    throw invalid(
      'parameters.brickType',
      `"${text.slice(0, 32)}" ${describeUnknown(text.slice(0, 32), BRICK_TYPES)}`,
    );
  }
  return type;
}

/** In order of name, each once, so that the same set is the same request. Throws `invalid`. */
export function parseZones(text: string): readonly string[] {
  if (text.trim() === '') return [];
  const zones = text.split(',').map((zone) => zone.trim());
  for (const zone of zones) {
    if (!ZONE.test(zone)) {
      throw invalid(
        'parameters.zones',
        'is a list with commas of zone names (letters, digits, ".", "_", "-")',
      );
    }
  }
  return [...new Set(zones)].sort();
}

/** For whom a volume is made, as the provisioner tells. */
export function parseClaim(parameters: Readonly<Record<string, string>>): ClassParameters['claim'] {
  const name = parameters[`${KUBERNETES}pvc/name`];
  const namespace = parameters[`${KUBERNETES}pvc/namespace`];
  return { ...(name === undefined ? {} : { name }), ...(namespace === undefined ? {} : { namespace }) };
}
