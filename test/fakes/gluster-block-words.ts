import type { CommandResult } from '../../src/host/run.ts';

/** What `gluster-block create` is told. */
export interface CreateWords {
  readonly ha: number;
  readonly hasAuth: boolean;
  readonly storage: string | undefined;
  readonly ioTimeout: number | undefined;
  readonly hosts: readonly string[];
  /** As it was written. */
  readonly sizeWord: string | undefined;
  readonly size: bigint | undefined;
}

export const USAGE =
  'gluster-block create <volname/blockname> [ha <count>] [auth <enable|disable>] [prealloc <full|no>] [storage <filename>] [ring-buffer <size-in-MB-units>] [block-size <size-in-Byte-units>] [io-timeout <N-in-Second>] <HOST1[,HOST2,...]> [size] [--json*]';
const OPTIONS = new Set(['ha', 'auth', 'prealloc', 'storage', 'ring-buffer', 'block-size', 'io-timeout']);
const UNITS = 'bkmgtpe';
const SECTOR = 512n;

export function parseCreate(words: readonly string[]): CreateWords {
  const options = new Map<string, string>();
  let at = 0;
  while (OPTIONS.has(words[at] ?? '')) {
    options.set(words[at] ?? '', words[at + 1] ?? '');
    at += 2;
  }
  const [hosts = '', sizeWord] = words.slice(at);
  return {
    ha: Number(options.get('ha') ?? 1),
    hasAuth: options.get('auth') === 'enable',
    storage: options.get('storage'),
    ioTimeout: options.has('io-timeout') ? Number(options.get('io-timeout')) : undefined,
    hosts: hosts.split(','),
    sizeWord,
    size: sizeWord === undefined ? undefined : parseSize(sizeWord),
  };
}

/** What the command itself refuses, before it asks its daemon. */
export function checkCreate({ hosts, ha, storage, sizeWord, size }: CreateWords): CommandResult | undefined {
  if (sizeWord !== undefined && (size === undefined || size % SECTOR !== 0n))
    return { exitCode: 0, stdout: '', stderr: `'[size]' is incorrect\n${USAGE}\n` };
  if (hosts.length !== ha)
    return {
      exitCode: 255,
      stdout: '',
      stderr: "number of ip's in the list passed are not matching HA count requested\n",
    };
  if ((storage === undefined) === (sizeWord === undefined))
    return { exitCode: 255, stdout: '', stderr: `Inadequate arguments for create:\n${USAGE}\n` };
  return undefined;
}

/** `256MiB`, `1.5g`, `268435456`. */
export function parseSize(word: string): bigint | undefined {
  const [, number, unit = 'b'] = /^(\d+(?:\.\d+)?)([bkmgtpe])?(?:ib)?$/i.exec(word) ?? [];
  if (number === undefined) return undefined;
  const factor = 1024n ** BigInt(UNITS.indexOf(unit.toLowerCase()));
  return number.includes('.') ? BigInt(Math.round(Number(number) * Number(factor))) : BigInt(number) * factor;
}

/** One decimal of the largest unit: what it lost nobody gets back. */
export function toHuman(size: bigint): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  let [value, unit] = [Number(size), 0];
  while (value >= 1024) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1)} ${names[unit]}`;
}
