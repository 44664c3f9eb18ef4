/** One figure of a bench run, as `bench/results.json` keeps it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is held to; a figure without one is told for information. */
  readonly target?: number;
  readonly better: 'lower' | 'higher';
  /** The single measurements, in the order they were made. */
  readonly samples: readonly number[];
}

/** The middle one, or the mean of the two in the middle. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}

/** The smallest sample that at least this share of all samples do not exceed. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** True when the figure is as good as its target, or has none. */
export function isMet({ value, target, better }: Figure): boolean {
  if (target === undefined) return true;
  return better === 'lower' ? value <= target : value >= target;
}

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** As a table for people. */
export function toTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    format(figure.value),
    figure.unit,
    figure.target === undefined ? '' : `${figure.better === 'lower' ? '<=' : '>='} ${format(figure.target)}`,
    figure.target === undefined ? '' : isMet(figure) ? 'met' : 'MISSED',
    String(figure.samples.length),
  ]);
  const table = [['figure', 'value', 'unit', 'target', '', 'samples'], ...rows];
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
