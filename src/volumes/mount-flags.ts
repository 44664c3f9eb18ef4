import { invalid } from '../control/fault.ts';
import { describeUnknown } from './unknown-name.ts';

/** What may follow the `=` of a mount flag: a pattern, and how to say it. */
interface ValueForm {
  readonly pattern: RegExp;
  readonly text: string;
}

const SWITCH: ValueForm = { pattern: /^(?:on|off|yes|no|true|false|enable|disable)$/, text: 'on or off' };
const SECONDS: ValueForm = { pattern: /^\d{1,7}(?:\.\d{1,3})?$/, text: 'seconds, such as 1 or 0.5' };
const COUNT: ValueForm = { pattern: /^\d{1,9}$/, text: 'a whole number' };
const LEVEL: ValueForm = {
  pattern: /^(?:TRACE|DEBUG|INFO|WARNING|ERROR|CRITICAL|NONE)$/,
  text: 'TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or NONE',
};
const DIRECT_IO: ValueForm = {
  pattern: /^(?:auto|enable|disable|on|off|yes|no|true|false)$/,
  text: 'auto, on or off',
};

/**
 * The options of mount.glusterfs (10.3, by its script) that a volume may ask for. It is a shell script that
 * expands their values without quotes, so each value has a pattern with neither blanks nor glob characters,
 * and no option is here whose value is a path (`log-file`, `dump-fuse`), that chooses what is mounted
 * (`volume-id`, `subdir-mount`, `transport`), that reaches into the volume's graph (`xlator-option`,
 * `fuse-mountopts`) or that lowers the server's guard (`no-root-squash`, `dev`, `suid`, `aux-gfid-mount`). Nor is what the script
 * takes and the client then fails on: `mem-accounting`, `nodiratime`, `norelatime`, `strictatime`, `lazyatime`.
 */
const WITH_VALUE: Readonly<Record<string, ValueForm>> = {
  'attr-times-granularity': COUNT,
  'attribute-timeout': SECONDS,
  'auto-invalidation': SWITCH,
  'background-qlen': COUNT,
  'congestion-threshold': COUNT,
  'direct-io-mode': DIRECT_IO,
  'entry-timeout': SECONDS,
  'event-history': SWITCH,
  'fetch-attempts': COUNT,
  'fopen-keep-cache': SWITCH,
  'fuse-flush-handle-interrupt': SWITCH,
  'gid-timeout': SECONDS,
  'invalidate-limit': COUNT,
  'kernel-writeback-cache': SWITCH,
  'log-level': LEVEL,
  'lru-limit': COUNT,
  'negative-timeout': SECONDS,
  'reader-thread-count': COUNT,
  'use-readdirp': SWITCH,
};

const WITHOUT_VALUE: readonly string[] = [
  ...['acl', 'enable-ino32', 'fopen-keep-cache', 'global-threading', 'localtime-logging'],
  ...['resolve-gids', 'ro', 'rw', 'selinux', 'worm', '_netdev', 'nodev', 'noexec', 'exec', 'nosuid'],
  ...['atime', 'noatime', 'diratime', 'relatime'],
];

/** The names of all mount flags that are allowed. */
export const MOUNT_FLAG_NAMES: readonly string[] = [
  ...new Set([...WITHOUT_VALUE, ...Object.keys(WITH_VALUE)]),
].sort();

/** The CSI specification's bound on all of a volume's mount flags. */
const MAX_BYTES = 4096;

/**
 * Checks mount flags and gives them one by one, each once, in the order asked for; an element may hold several
 * with commas between. Throws `invalid`, naming the flag but never its value, which may be sensitive.
 */
export function parseMountFlags(flags: readonly string[], field = 'mount_flags'): readonly string[] {
  const all = flags.flatMap((flag) => flag.split(','));
  if (Buffer.byteLength(all.join(',')) > MAX_BYTES)
    throw invalid(field, `are longer than ${MAX_BYTES} bytes`);
  const chosen = new Map<string, string>();
  for (const flag of all) {
    const name = checkMountFlag(flag, field);
    if ((chosen.get(name) ?? flag) !== flag) throw invalid(field, `"${name}" is given twice; give it once`);
    chosen.set(name, flag);
  }
  if (chosen.has('ro') && chosen.has('rw'))
    throw invalid(field, '"ro" and "rw" exclude each other; give one');
  return [...chosen.values()];
}

function checkMountFlag(flag: string, field: string): string {
  const [name = '', ...rest] = flag.split('=');
  const form = Object.hasOwn(WITH_VALUE, name) ? WITH_VALUE[name] : undefined;
  const bare = WITHOUT_VALUE.includes(name);
  if (form === undefined && !bare) {
    throw invalid(field, `"${name.slice(0, 64)}" ${describeUnknown(name.slice(0, 64), MOUNT_FLAG_NAMES)}`);
  }
  if (rest.length === 0 && bare) return name;
  if (form === undefined) throw invalid(field, `"${name}" takes no value; leave it out`);
  if (!form.pattern.test(rest.join('='))) throw invalid(field, `"${name}" takes a value: ${form.text}`);
  return name;
}
