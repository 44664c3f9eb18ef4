import { invalid } from '../control/fault.ts';

/** Namespaces of Gluster options that a request may set: none of them opens a volume to others or names files. */
const NAMESPACES = new Set([
  'client',
  'cluster',
  'ctime',
  'dht',
  'diagnostics',
  'disperse',
  'features',
  'locks',
  'network',
  'performance',
  'server',
  'storage',
]);
/** Sizes are promises, which a brick that ends when it is full breaks; the rest decides who may reach the data or where files lie. */
const REFUSED =
  /(?:^|\.)(?:ssl|ssl-.*|.*\.ssl.*)$|^storage\.(?:reserve|health-check-interval|linux-io_uring)$|^server\.allow-insecure$|-path$|-dir$/;
const KEY = /^[a-z][a-z0-9-]{0,31}\.[a-z0-9][a-z0-9._-]{0,95}$/;
/** glusterd2's form: `cluster/replicate.self-heal-daemon`. */
const QUALIFIED = /^([a-z][a-z0-9-]*)\/([a-z][a-z0-9-]*)\.(.+)$/;
/** Translators whose options classic Gluster files under the translator's own name, not its category's. */
const OWN_NAMESPACE = new Set(['disperse', 'locks', 'ctime']);
const VALUE = /^[\x20-\x7e]{1,256}$/;

/** The classic name of an option: `cluster/replicate.eager-lock` is `cluster.eager-lock`. */
export function toOptionName(key: string): string {
  const [, category, translator, name] = QUALIFIED.exec(key) ?? [];
  if (category === undefined || translator === undefined) return key;
  return `${OWN_NAMESPACE.has(translator) ? translator : category}.${name}`;
}

/** True when a request may set or reset the option (by its classic name). */
export function isOpenOption(name: string): boolean {
  return KEY.test(name) && NAMESPACES.has(name.slice(0, name.indexOf('.'))) && !REFUSED.test(name);
}

/** The options of a request by their classic names. Throws `invalid`, naming the option and the reason. */
export function parseOptions(options: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const named = Object.entries(options).map(([key, value]) => [parseOptionName(key), value] as const);
  for (const [name, value] of named) checkValue(name, value);
  return Object.fromEntries(named);
}

/** Throws `invalid` when requests may not touch it. */
export function parseOptionName(key: string): string {
  const name = toOptionName(key);
  if (isOpenOption(name)) return name;
  const shown = JSON.stringify(key.slice(0, 64));
  throw invalid('options', `${shown} may not be set; open are options of ${[...NAMESPACES].join(', ')}`);
}

function checkValue(name: string, value: string): void {
  if (!VALUE.test(value)) throw invalid('options', `${name}: a value is 1 to 256 printable ASCII characters`);
  if (value.startsWith('-') || value.includes('/')) {
    throw invalid('options', `${name}: a value is no path and does not begin with a dash`);
  }
}
