/**
 * What `npm run test:e2e` was told (scripts/test-e2e.ts), by way of the environment; `npm test` says nothing and gets
 * each scenario once.
 */
const words = () =>
  (process.env['GLUSTER_CSI_E2E_SCENARIOS'] ?? '').split('\n').filter((word) => word !== '');

/** Also what Kubernetes' own suite marks as slow, serial or disruptive; and a server is down for a whole minute. */
export const isFull = process.env['GLUSTER_CSI_E2E_FULL'] === '1';

/** Whether the scenario is asked for: one of the words is in its title, or there are none. */
export function chosen(title: string): boolean {
  return words().length === 0 || words().some((word) => title.toLowerCase().includes(word.toLowerCase()));
}

/**
 * How often a scenario runs: once; with `--repeat` as often as it says, or as it is by itself repeated (`own`). What
 * is not repeated by itself runs then only when it is named. 0: not at all.
 */
export function runsOf(title: string, own?: number): number {
  const repeat = process.env['GLUSTER_CSI_E2E_REPEAT'];
  if (!chosen(title)) return 0;
  if (repeat === undefined) return 1;
  if (repeat !== '') return own === undefined && words().length === 0 ? 0 : Number(repeat);
  return own ?? (words().length === 0 ? 0 : 1);
}
