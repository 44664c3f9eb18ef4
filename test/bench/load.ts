export interface LoadResult {
  readonly callsPerSecond: number;
  /** Milliseconds of each call. */
  readonly latencies: readonly number[];
}

/** Makes so many calls, so many of them in flight at any time. A call that fails ends it. */
export async function load(
  calls: number,
  inFlight: number,
  call: (number: number) => Promise<unknown>,
): Promise<LoadResult> {
  const latencies: number[] = [];
  let next = 0;
  const started = performance.now();
  const lane = async () => {
    while (next < calls) {
      const number = next++;
      const begun = performance.now();
      await call(number);
      latencies.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { callsPerSecond: (calls * 1000) / (performance.now() - started), latencies };
}
