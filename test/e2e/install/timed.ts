/** Prints what was done and how long it took. */
export async function timed<T>(what: string, act: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await act();
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(8)} s  ${what}`);
  return result;
}
