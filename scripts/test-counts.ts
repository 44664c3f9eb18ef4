import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** How many tests passed and failed. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Of those that failed, as far as they told: the title and the first lines of the reason. */
  readonly reasons: readonly string[];
}

/**
 * Where the parts of `npm test` write their counts, one JSON line each. A part that runs another suite
 * (csi-sanity) adds that suite's own counts with `addCounts`; its mocha tests are counted anyway.
 */
const FILE = 'GLUSTER_CSI_TEST_COUNTS';

/** The environment that makes a child write its counts to `file`. */
export function countsEnvironment(file: string): Record<string, string> {
  return { [FILE]: file };
}

/** Adds to the total of `npm test`; does nothing when the tests are run by other means. */
export function addCounts(counts: Omit<Counts, 'reasons'> & Partial<Counts>): void {
  const file = process.env[FILE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ reasons: [], ...counts })}\n`);
}

/** The sum of what was added to the file. */
export function readCounts(file: string): Counts {
  if (!existsSync(file)) return sumCounts([]);
  const lines = readFileSync(file, 'utf8').trim().split('\n').filter(Boolean);
  return sumCounts(lines.map((line) => JSON.parse(line) as Counts));
}

export function sumCounts(all: readonly Counts[]): Counts {
  return {
    passed: all.reduce((sum, one) => sum + one.passed, 0),
    failed: all.reduce((sum, one) => sum + one.failed, 0),
    reasons: all.flatMap(({ reasons }) => reasons),
  };
}

/** The line that closes a run. CI reads it when it is the last one. */
export function closingLine(counts: Pick<Counts, 'passed' | 'failed'>): string {
  return `${counts.passed} passed, ${counts.failed} failed`;
}
