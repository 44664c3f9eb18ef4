import { median } from '../../bench/figures.ts';

/** Milliseconds of one round of the snapshots under load. */
export interface Round {
  readonly stall: number;
  /** The longest as long as the round lasted before the request. */
  readonly stallBefore: number;
  readonly snapshot: number;
  readonly clone: number;
  /** Records that were acknowledged before the request. */
  readonly acknowledged: number;
}

/** For people: medians and maxima. */
export function describeRounds(rounds: readonly Round[]): readonly string[] {
  const spread = (key: keyof Round) => {
    const values = rounds.map((round) => round[key]);
    return `${median(values).toFixed(0)} ms median, ${Math.max(...values).toFixed(0)} ms at most`;
  };
  const records = rounds.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  return [
    `longest stall ${spread('stall')} (before the request ${spread('stallBefore')})`,
    `snapshot ${spread('snapshot')}; clone ready ${spread('clone')}`,
    `${records} acknowledged records looked for in ${rounds.length} clones, all there`,
  ];
}
