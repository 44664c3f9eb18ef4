/** Without it bricks refuse new connections only. Gluster's default, which an option of the volume can change. */
export const CUTTING = { 'server.dynamic-auth': 'on' };

/**
 * Gluster's own group `gluster-block`, without sharding (measured: with it a third fewer random writes at depth) and without
 * write-behind: what a loop device with direct I/O has written is on the bricks.
 */
const VIRTBLOCK_OPTIONS: Readonly<Record<string, string>> = {
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

/** The group as gluster-block 0.5.1 has it, which shards: its servers reach all files by libgfapi. Never off again: a file keeps its shards. */
const GLUSTER_BLOCK_OPTIONS: Readonly<Record<string, string>> = {
  'performance.quick-read': 'off',
  'performance.read-ahead': 'off',
  'performance.io-cache': 'off',
  'performance.stat-prefetch': 'off',
  'performance.open-behind': 'off',
  'performance.readdir-ahead': 'off',
  'performance.strict-o-direct': 'on',
  'performance.client-io-threads': 'on',
  'performance.io-thread-count': '32',
  'performance.high-prio-threads': '32',
  'performance.normal-prio-threads': '32',
  'performance.low-prio-threads': '32',
  'performance.least-prio-threads': '4',
  'client.event-threads': '8',
  'server.event-threads': '8',
  'network.remote-dio': 'disable',
  'cluster.eager-lock': 'enable',
  'cluster.quorum-type': 'auto',
  'cluster.data-self-heal-algorithm': 'full',
  'cluster.locking-scheme': 'granular',
  'cluster.shd-max-threads': '8',
  'cluster.shd-wait-qlength': '10000',
  'cluster.choose-local': 'off',
  'cluster.lookup-optimize': 'off',
  'features.shard': 'on',
  'features.shard-block-size': '64MB',
  'user.cifs': 'off',
  'server.allow-insecure': 'on',
  ...CUTTING,
};

/** What a hosting volume of the provider gets when it is made, and again after a reset. */
export function hostingOptions(provider: string): Readonly<Record<string, string>> {
  return provider === 'gluster-block' ? GLUSTER_BLOCK_OPTIONS : VIRTBLOCK_OPTIONS;
}
