import { invalid } from '../control/fault.ts';

const FIELD = 'parameters.options';
const NAME = /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+){1,2}$/;
/** What the values of Gluster's options are made of, paths left out. */
const VALUE = /^[A-Za-z0-9][A-Za-z0-9._:%+-]{0,127}$/;
/** `user.*` holds metadata, ours too; `auth.*` comes from the cluster's own configuration. */
const RESERVED = /^(?:user|auth)\./;

/**
 * Reads `key=value,key=value` into Gluster volume options, in order of name. The gateway has the allow-list;
 * here is refused what no volume of ours may ever ask for. Throws `invalid`, naming the option.
 */
export function parseVolumeOptions(text: string): Readonly<Record<string, string>> {
  const options = new Map<string, string>();
  if (text.trim() === '') return {};
  for (const pair of text.split(',')) {
    const [name, value] = parsePair(pair.trim());
    if (options.has(name)) throw invalid(FIELD, `"${name}" is given twice; give it once`);
    options.set(name, value);
  }
  return Object.fromEntries([...options].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parsePair(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  if (at <= 0)
    throw invalid(FIELD, 'is a list with commas of key=value, such as "performance.cache-size=64MB"');
  const name = pair.slice(0, at).trim();
  const value = pair.slice(at + 1).trim();
  if (!NAME.test(name)) throw invalid(FIELD, `"${printable(name)}" is no name of a volume option`);
  if (RESERVED.test(name)) throw invalid(FIELD, `"${name}" is not for a StorageClass; leave it out`);
  if (!VALUE.test(value)) {
    throw invalid(FIELD, `the value of "${name}" is no number, word or size; paths are not accepted`);
  }
  return [name, value];
}

function printable(text: string): string {
  return text.slice(0, 64).replaceAll(/[^\x20-\x7e]/g, '?');
}
