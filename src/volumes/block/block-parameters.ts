import { invalid } from '../../control/fault.ts';
import { MIB } from '../capacity-range.ts';
import { parseVolumeName } from '../ids.ts';
import { parseLayout } from '../layout.ts';
import { type ClassParameters, parseBrickType, parseClaim, parsePrefix, parseZones } from '../parameters.ts';
import { describeUnknown } from '../unknown-name.ts';
import { parseVolumeOptions } from '../volume-options.ts';
import type { HostingClass } from './block-backend.ts';
import { BLOCK_PROVIDERS, type BlockProvider } from './block-handle.ts';

/** What a StorageClass of the block driver says. */
export interface BlockClassParameters extends Pick<ClassParameters, 'cluster' | 'namePrefix' | 'claim'> {
  readonly provider: BlockProvider;
  readonly hosting: HostingClass;
}

/** Of a hosting volume that is found by its form, or made. */
const SHAPE = [
  'replica',
  'arbiter',
  'allowSplitBrain',
  'brickType',
  'zones',
  'options',
  'hostingVolumeSize',
] as const;
/** In the order in which the documentation has them. */
export const BLOCK_PARAMETERS = [
  'cluster',
  'kind',
  'provider',
  'namePrefix',
  'hostingVolume',
  ...SHAPE,
] as const;
type Known = (typeof BLOCK_PARAMETERS)[number];

/** Keys of the CO's own, not meant for the driver. */
const KUBERNETES = 'csi.storage.k8s.io/';
const KINDS = ['virtblock', 'block'] as const;
const ISCSI: readonly BlockProvider[] = BLOCK_PROVIDERS.filter((one) => one !== 'virtblock');
const UNITS: Readonly<Record<string, bigint>> = { Mi: MIB, Gi: 1024n * MIB, Ti: 1024n * 1024n * MIB };

/** Reads StorageClass parameters. Throws `invalid`, naming the parameter and the remedy. */
export function parseBlockParameters(parameters: Readonly<Record<string, string>>): BlockClassParameters {
  const given = new Map<Known, string>();
  for (const [key, value] of Object.entries(parameters)) {
    if (key.startsWith(KUBERNETES)) continue;
    const known = BLOCK_PARAMETERS.find((one) => one === key);
    if (known === undefined)
      throw invalid(`parameters.${key.slice(0, 64)}`, describeUnknown(key.slice(0, 64), BLOCK_PARAMETERS));
    given.set(known, value);
  }
  const provider = parseProvider(given.get('kind') ?? KINDS[0], given.get('provider'));
  return {
    cluster: given.get('cluster'),
    namePrefix: parsePrefix(given.get('namePrefix') ?? ''),
    provider,
    hosting: parseHosting(given),
    claim: parseClaim(parameters),
  };
}

function parseProvider(kind: string, given: string | undefined): BlockProvider {
  if (kind === 'block') {
    const provider = ISCSI.find((one) => one === (given ?? 'lio'));
    if (provider !== undefined) return provider;
    throw invalid(
      'parameters.provider',
      `"${given?.slice(0, 32)}" is unknown; give one of ${ISCSI.join(', ')}`,
    );
  }
  if (kind !== KINDS[0]) {
    const other = ['volume', 'subvol'].includes(kind) ? 'is of driver file.csi.gluster.org' : 'is not served';
    throw invalid(
      'parameters.kind',
      `"${kind.slice(0, 32)}" ${other}; use "${KINDS.join('" or "')}", or leave it out for "${KINDS[0]}"`,
    );
  }
  if (given === undefined) return kind;
  throw invalid('parameters.provider', 'is of kind block; leave it out, or give kind: block');
}

function parseHosting(given: ReadonlyMap<Known, string>): HostingClass {
  const named = given.get('hostingVolume');
  if (named === undefined) return parseShape(given);
  const extra = SHAPE.find((key) => given.has(key));
  if (extra !== undefined) {
    throw invalid(
      `parameters.${extra}`,
      'is of a hosting volume that is made; leave it out, or hostingVolume',
    );
  }
  return { kind: 'named', name: parseVolumeName(named, 'parameters.hostingVolume') };
}

function parseShape(given: ReadonlyMap<Known, string>): HostingClass {
  const layout = parseLayout(Object.fromEntries(given));
  if (layout.kind === 'plain') {
    throw invalid(
      'parameters.replica',
      'is at least 2: with one copy, one server that is down stops the disk',
    );
  }
  const size = given.get('hostingVolumeSize');
  return {
    kind: 'shaped',
    volumeClass: {
      layout,
      brickType: parseBrickType(given.get('brickType') ?? 'loop'),
      zones: parseZones(given.get('zones') ?? ''),
      options: parseVolumeOptions(given.get('options') ?? ''),
    },
    bytes: size === undefined ? undefined : parseSize(size),
  };
}

function parseSize(text: string): bigint {
  const [, digits = '', unit = ''] = /^([1-9]\d{0,6})(Mi|Gi|Ti)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (factor !== undefined) return BigInt(digits) * factor;
  throw invalid('parameters.hostingVolumeSize', 'is a whole number with Mi, Gi or Ti, such as 500Gi');
}
