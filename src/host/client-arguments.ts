import { invalid } from '../control/fault.ts';
import type { GlusterMount } from '../staging/host.ts';

const SERVER = /^[A-Za-z0-9:][A-Za-z0-9.:-]{0,252}$/;
const VOLUME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,254}$/;
const DIRECTORY = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,255}$/;
const VALUE = /^[A-Za-z0-9._-]{1,64}$/;

/** Options that the client takes under the same name, as mount.glusterfs hands them on. */
const SAME_NAME = new Set([
  ...['acl', 'enable-ino32', 'fopen-keep-cache', 'global-threading', 'localtime-logging'],
  ...['resolve-gids', 'selinux', 'worm', 'attr-times-granularity', 'attribute-timeout', 'auto-invalidation'],
  ...['background-qlen', 'congestion-threshold', 'direct-io-mode', 'entry-timeout', 'event-history'],
  ...['fuse-flush-handle-interrupt', 'gid-timeout', 'invalidate-limit', 'kernel-writeback-cache'],
  ...['log-level', 'lru-limit', 'negative-timeout', 'reader-thread-count', 'use-readdirp'],
]);
const OTHER_NAME: Readonly<Record<string, string>> = {
  ro: 'read-only',
  'fetch-attempts': 'volfile-max-fetch-attempts',
};
/** Flags of the mount itself, for the kernel. */
const KERNEL = new Set(['nodev', 'noexec', 'exec', 'nosuid', 'atime', 'noatime']);
/** The kernel's defaults, and words of fstab; the client fails on them or does not know them. */
const IGNORED = new Set(['rw', '_netdev', 'diratime', 'relatime']);

export interface ClientFiles {
  readonly logFile: string;
  readonly pidFile: string;
}

/**
 * The arguments of `glusterfs` for a mount: what mount.glusterfs would make of its options. That is a shell script
 * which expands its values without quotes, so it is left out. Throws `invalid` for what is not allowed.
 */
export function toClientArguments(mount: GlusterMount, files: ClientFiles): string[] {
  if (!VOLUME.test(mount.volume)) throw invalid('volume', 'is no name of a Gluster volume');
  if (!mount.target.startsWith('/')) throw invalid('target', 'must be an absolute path');
  const kernel = mount.options.filter((option) => KERNEL.has(option));
  return [
    '--process-name=fuse',
    `--log-file=${files.logFile}`,
    `--pid-file=${files.pidFile}`,
    ...toServers(mount.servers).map((server) => `--volfile-server=${server}`),
    `--volfile-id=/${mount.volume}`,
    ...toSubdirectory(mount.subdirectory),
    ...mount.options.flatMap(toFlag),
    ...(kernel.length === 0 ? [] : [`--fuse-mountopts=${kernel.join(',')}`]),
    mount.target,
  ];
}

/** Each server once: a repeated one breaks mounts. */
function toServers(servers: readonly string[]): readonly string[] {
  if (servers.length === 0) throw invalid('servers', 'give at least one');
  if (!servers.every((server) => SERVER.test(server))) {
    throw invalid('servers', 'each is a host name or an address; correct the cluster in the configuration');
  }
  return [...new Set(servers)];
}

/** A missing one shows as a refusal of the bricks, after the client has gone to the background. */
function toSubdirectory(path: string | undefined): string[] {
  if (path === undefined) return [];
  if (!path.split('/').every((name) => DIRECTORY.test(name))) {
    throw invalid('subdirectory', 'is no dir/dir of names of A-Z a-z 0-9 . _ -');
  }
  return [`--subdir-mount=/${path}`];
}

function toFlag(option: string): string[] {
  if (KERNEL.has(option) || IGNORED.has(option)) return [];
  const [name = '', value, ...rest] = option.split('=');
  const flag = SAME_NAME.has(name) ? name : Object.hasOwn(OTHER_NAME, name) ? OTHER_NAME[name] : undefined;
  if (flag === undefined) throw invalid('mount option', `"${name.slice(0, 64)}" is not allowed`);
  if (value === undefined) return [`--${flag}`];
  if (rest.length > 0 || !VALUE.test(value)) throw invalid('mount option', `"${name}" has a bad value`);
  return [`--${flag}=${value}`];
}
