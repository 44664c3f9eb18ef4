import type { Spec } from '../../sanity/junit-report.ts';

/** Why specs were not run, the most frequent reason first. A spec that was not chosen says so by its labels. */
export function countReasons(skipped: readonly Spec[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const spec of skipped) {
    const reason = spec.reason === '' ? notChosen(spec.name) : spec.reason;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

const LABELS = ['[Disruptive]', '[Serial]', '[Slow]'];

function notChosen(name: string): string {
  const labels = LABELS.filter((label) => name.includes(label));
  return labels.length === 0 ? 'not chosen' : `labelled ${labels.join(' ')}; run with --full`;
}
