/** What a writer saw, and what of its acknowledged records could be read back. */
export interface Verdict {
  /** Acknowledged in all. */
  readonly records: number;
  /** Acknowledged, and missing or altered. */
  readonly lost: number;
  /** Failed calls by their code, since the writer was marked. */
  readonly errors: Readonly<Record<string, number>>;
  /** Between two acknowledgements, since the writer was marked. Milliseconds; 0: too short to be noted. */
  readonly longestGapMs: number;
}

export function errorsIn(verdict: Verdict): number {
  return Object.values(verdict.errors).reduce((sum, count) => sum + count, 0);
}

/** Several writers as one. */
export function joinVerdicts(all: readonly Verdict[]): Verdict {
  const errors: Record<string, number> = {};
  for (const verdict of all)
    for (const [code, count] of Object.entries(verdict.errors)) errors[code] = (errors[code] ?? 0) + count;
  return {
    records: all.reduce((sum, { records }) => sum + records, 0),
    lost: all.reduce((sum, { lost }) => sum + lost, 0),
    errors,
    longestGapMs: Math.max(0, ...all.map(({ longestGapMs }) => longestGapMs)),
  };
}

export function describeVerdict(verdict: Verdict): string {
  const codes = Object.entries(verdict.errors).map(([code, count]) => `${count} ${code}`);
  const errors = codes.length === 0 ? '0 errors' : `errors: ${codes.join(', ')}`;
  const gap = verdict.longestGapMs === 0 ? 'no gap above 0.2 s' : `longest gap ${seconds(verdict)} s`;
  return `${verdict.records} records written, ${errors}, ${gap}, ${verdict.lost} records lost`;
}

function seconds({ longestGapMs }: Verdict): string {
  return (longestGapMs / 1000).toFixed(1);
}
