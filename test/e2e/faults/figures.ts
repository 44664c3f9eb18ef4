/** Least, median, nine tenths and most of some times in milliseconds, as one line in seconds. */
export function distribution(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number) => ((sorted[Math.ceil(part * sorted.length) - 1] ?? 0) / 1000).toFixed(2);
  if (sorted.length < 2) return `${at(1)} s`;
  const least = ((sorted[0] ?? 0) / 1000).toFixed(2);
  return `min ${least} s, median ${at(0.5)} s, p90 ${at(0.9)} s, max ${at(1)} s of ${sorted.length}`;
}
