import type { Call } from '../../control/call.ts';
import { Fault, invalid } from '../../control/fault.ts';
import { parseJson } from '../../control/parse-json.ts';
import { chooseCloneCapacity, requireSameBricks } from '../clone-rules.ts';
import { KEYS } from '../metadata.ts';
import type { BlockVolume, HostingClass } from './block-backend.ts';
import { findBlockDifference } from './block-metadata.ts';
import type { BlockSource } from './block-snapshot.ts';
import { type CreateBlock, createBlockVolume } from './create-block-volume.ts';

export interface CloneBlock extends CreateBlock {
  readonly source: BlockSource;
  readonly sourceHandle: string;
}

interface Origin {
  readonly capacityBytes: bigint;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Makes a block volume of a snapshot or of another block volume, on the same hosting volume and at least as large. One
 * that is there already is the result of the same request, also when its source is gone by now. Throws `not-found`
 * for the source, `invalid` for a class that asks for another place, `out-of-range` below its size, and what
 * `createBlockVolume` throws.
 */
export async function cloneBlockVolume(request: CloneBlock, call: Call): Promise<BlockVolume> {
  const { source, spec, range } = request;
  const origin = await findOrigin(request, call);
  if (origin === undefined) return findMade(request, call);
  const what = `${source.kind} ${source.name}`;
  requireSamePlace({ ...origin, what }, source, spec.hosting);
  const capacityBytes = chooseCloneCapacity({ ...origin, what }, range);
  return createBlockVolume({ ...request, spec: { ...spec, capacityBytes, source } }, call);
}

function findOrigin({ backend, source }: CloneBlock, call: Call): Promise<Origin | undefined> {
  return source.kind === 'snapshot' ? backend.findSnapshot(source, call) : backend.find(source, call);
}

async function findMade(request: CloneBlock, call: Call): Promise<BlockVolume> {
  const { backend, spec, sourceHandle } = request;
  const { provider, name } = spec;
  const made = await backend.find({ provider, name }, call);
  if (made === undefined) throw new Fault('not-found', `source ${sourceHandle} does not exist`);
  const difference = findBlockDifference(made, request);
  if (difference === undefined) return made;
  throw new Fault('conflict', `block volume ${name} exists and ${difference}`);
}

/** A reflink lies where its source does. */
function requireSamePlace(
  origin: Origin & { readonly what: string },
  { hosting }: BlockSource,
  wanted: HostingClass,
): void {
  if (wanted.kind === 'named') {
    if (wanted.name === hosting) return;
    throw invalid(
      'volume_content_source',
      `${origin.what} lies on hosting volume ${hosting}, and so does what is made of it; the class asks for ${wanted.name}`,
    );
  }
  const kept = parseJson(origin.metadata[KEYS.volumeClass] ?? '');
  const wasNamed = typeof kept === 'object' && kept !== null && 'hostingVolume' in kept;
  if (!wasNamed) requireSameBricks(origin, wanted.volumeClass);
}
