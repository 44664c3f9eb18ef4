import { closest, distance } from 'fastest-levenshtein';

/** Says that a name is unknown, what it may have been meant to be, and which names are known. */
export function describeUnknown(name: string, known: readonly string[]): string {
  const nearest = closest(
    name.toLowerCase(),
    known.map((one) => one.toLowerCase()),
  );
  const meant = known.find((one) => one.toLowerCase() === nearest);
  const isNear = meant !== undefined && distance(name.toLowerCase(), nearest) <= 3;
  return `is unknown${isNear ? `; did you mean "${meant}"?` : ';'} known are ${known.join(', ')}`;
}
