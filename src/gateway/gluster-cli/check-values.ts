import { invalid } from '../../control/fault.ts';

/** GlusterFS 10's glusterd dies of an option value of 4200 bytes; 4080 were seen to work. */
const MAX_VALUE_BYTES = 4000;
/** Path of a brick: glusterd keeps it in the name of a file, with the slashes as dashes. */
const MAX_PATH_BYTES = 1024;
/** `volume set` is one message; more keys than this is a mistake. */
const MAX_OPTIONS = 64;

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,229}$/;
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$/;
/** Domain and name; a bare word is a command of its own (`group`, `help`). */
const OPTION = /^[a-z0-9][a-z0-9-]*(?:\.[A-Za-z0-9_-]+)+$/;

/** Checks a volume name. Throws `invalid`: the words of gluster's own command line are kept out as well. */
export function checkName(name: string): string {
  if (!NAME.test(name) || name === 'all')
    throw invalid('volume name', 'use A-Z, a-z, 0-9, "_" and "-", no leading dash, not "all"');
  return name;
}

/** Checks a peer's name or address. Throws `invalid`. */
export function checkHost(host: string): string {
  if (!HOST.test(host)) throw invalid('host', `${JSON.stringify(host)} is no host name or address`);
  return host;
}

/** `host:/path` as the command takes it. Throws `invalid`. */
export function formatBrick(brick: { readonly host: string; readonly path: string }): string {
  const { path } = brick;
  const parts = path.split('/').slice(1);
  const clean = path.startsWith('/') && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (!clean || hasControl(path) || path.includes(',') || Buffer.byteLength(path) > MAX_PATH_BYTES)
    throw invalid('brick path', `${JSON.stringify(path.slice(0, 200))} is not absolute, plain and short`);
  return `${checkHost(brick.host)}:${path}`;
}

/**
 * `key value key value …` for `volume set`. Throws `invalid`: a value with a newline is written raw into
 * glusterd's own files, after which it does not start again; an overlong one kills it at once; an empty
 * one fails half-way through the transaction.
 */
export function formatOptions(options: Readonly<Record<string, string>>): readonly string[] {
  const entries = Object.entries(options);
  if (entries.length === 0 || entries.length > MAX_OPTIONS)
    throw invalid('options', `give 1 to ${MAX_OPTIONS} options, not ${entries.length}`);
  return entries.flatMap(([key, value]) => [checkOption(key), checkOptionValue(key, value)]);
}

/** Checks an option's name. Throws `invalid`. */
export function checkOption(key: string): string {
  if (!OPTION.test(key) || key.length > 128)
    throw invalid('options', `${JSON.stringify(key.slice(0, 128))} is no option name`);
  return key;
}

function checkOptionValue(key: string, value: string): string {
  const field = `options.${key}`;
  if (value.trim() === '') throw invalid(field, 'is empty; reset the option instead');
  if (hasControl(value)) throw invalid(field, 'contains a newline or another control character');
  if (!value.isWellFormed()) throw invalid(field, 'is not valid Unicode');
  if (Buffer.byteLength(value) > MAX_VALUE_BYTES)
    throw invalid(field, `is longer than the ${MAX_VALUE_BYTES} bytes that glusterd survives`);
  return value;
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
