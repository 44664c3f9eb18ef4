/** How long a server that failed is asked only after the others. */
const REST_MS = 30_000;

/** The servers of one cluster, any of which can serve a request. */
export interface Endpoints {
  /** All of them: the good ones as configured, then those that failed, the one that failed longest ago first. */
  inOrder(): readonly string[];
  /** The server did not answer, or is of no use: puts it last for a while. */
  failed(origin: string): void;
  answered(origin: string): void;
}

/** `now` tells milliseconds on a monotonic clock. */
export function createEndpoints(
  origins: readonly string[],
  now: () => number = () => performance.now(),
): Endpoints {
  const failedAt = new Map<string, number>();
  return {
    inOrder() {
      for (const [origin, at] of failedAt) if (now() - at >= REST_MS) failedAt.delete(origin);
      const last = (origin: string) => failedAt.get(origin) ?? Number.NEGATIVE_INFINITY;
      return origins.length === 1 ? origins : origins.toSorted((a, b) => compare(last(a), last(b)));
    },
    failed: (origin) => void failedAt.set(origin, now()),
    answered: (origin) => void failedAt.delete(origin),
  };
}

/** Not a subtraction: two that never failed are both -Infinity. */
function compare(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
