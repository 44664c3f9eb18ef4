/** Without it bricks refuse new connections only. Gluster's default, which an option of the volume can change. */
export const CUTTING = { 'server.dynamic-auth': 'on' };

/**
 * Gluster's own group `gluster-block`, without sharding (measured: with it a third fewer random writes at depth) and without
 * write-behind: what a loop device with direct I/O has written is on the bricks.
 */
export const BLOCK_OPTIONS: Readonly<Record<string, string>> = {
  'performance.quick-read': 'off',
  'performance.read-ahead': 'off',
  'performance.io-cache': 'off',
  'performance.stat-prefetch': 'off',
  'performance.open-behind': 'off',
  'performance.readdir-ahead': 'off',
  'performance.write-behind': 'off',
  'performance.strict-o-direct': 'on',
  'network.remote-dio': 'disable',
  'cluster.eager-lock': 'enable',
  'cluster.data-self-heal-algorithm': 'full',
  ...CUTTING,
};
