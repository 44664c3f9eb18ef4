import { invalid } from '../control/fault.ts';
import type { Layout } from './spec.ts';

/** The StorageClass parameters that make a layout. */
export interface LayoutParameters {
  readonly replica?: string | undefined;
  readonly arbiter?: string | undefined;
  readonly disperse?: string | undefined;
  readonly redundancy?: string | undefined;
  readonly distribute?: string | undefined;
  readonly allowSplitBrain?: string | undefined;
}

const MAX_DISPERSE = 32;
const MAX_DISTRIBUTE = 128;

/** The layout that the parameters ask for; replica 3 when they ask for none. Throws `invalid`. */
export function parseLayout(parameters: LayoutParameters): Layout {
  const distribute = parseCount('distribute', parameters.distribute ?? '1', 1, MAX_DISTRIBUTE);
  const splitBrain = parseSwitch('allowSplitBrain', parameters.allowSplitBrain ?? 'false');
  if (parameters.disperse !== undefined) return parseDisperse(parameters, distribute);
  if (parameters.redundancy !== undefined) {
    throw invalid('parameters.redundancy', 'goes with disperse; give disperse too or leave it out');
  }
  const copies = parseCount('replica', parameters.replica ?? '3', 1, 3);
  const arbiter = parseCount('arbiter', parameters.arbiter ?? '0', 0, 1);
  if (arbiter === 1) return parseArbiter(parameters.replica, distribute);
  if (copies === 1) return { kind: 'plain', distribute };
  if (copies === 2 && !splitBrain) {
    throw invalid(
      'parameters.replica',
      '2 copies cannot outvote each other and may split; use 3, or 3 with arbiter: "1", or set allowSplitBrain: "true"',
    );
  }
  return { kind: 'replica', copies: copies === 2 ? 2 : 3, distribute };
}

/** Two data bricks and an arbiter; said as replica 3, as Gluster counts them. */
function parseArbiter(replica: string | undefined, distribute: number): Layout {
  if (replica !== '3') {
    const given = replica === undefined ? 'which is missing' : `not "${replica}"`;
    throw invalid('parameters.arbiter', `goes with replica: "3" (two data bricks and an arbiter), ${given}`);
  }
  return { kind: 'arbiter', distribute };
}

function parseDisperse(parameters: LayoutParameters, distribute: number): Layout {
  if (parameters.replica !== undefined || parameters.arbiter !== undefined) {
    throw invalid('parameters.disperse', 'excludes replica and arbiter; give one or the other');
  }
  const bricks = parseCount('disperse', parameters.disperse ?? '', 3, MAX_DISPERSE);
  const redundancy =
    parameters.redundancy === undefined
      ? usualRedundancy(bricks)
      : parseCount('redundancy', parameters.redundancy, 1, MAX_DISPERSE);
  if (2 * redundancy >= bricks) {
    throw invalid(
      'parameters.redundancy',
      `${redundancy} is not less than half of disperse ${bricks}; lower it`,
    );
  }
  return { kind: 'disperse', data: bricks - redundancy, redundancy, distribute };
}

/** As Gluster chooses: the least redundancy that leaves a power of two for data; 1 when none does. */
function usualRedundancy(bricks: number): number {
  for (let redundancy = 1; 2 * redundancy < bricks; redundancy += 1) {
    if (Number.isInteger(Math.log2(bricks - redundancy))) return redundancy;
  }
  return 1;
}

function parseCount(name: string, text: string, least: number, most: number): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(count >= least && count <= most)) {
    throw invalid(`parameters.${name}`, `"${text.slice(0, 32)}" is no whole number from ${least} to ${most}`);
  }
  return count;
}

function parseSwitch(name: string, text: string): boolean {
  if (text !== 'true' && text !== 'false') throw invalid(`parameters.${name}`, 'is "true" or "false"');
  return text === 'true';
}
