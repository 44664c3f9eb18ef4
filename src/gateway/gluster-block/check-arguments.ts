import { isIPv4 } from 'node:net';
import { invalid } from '../../control/fault.ts';
import type { ExportName } from './gluster-block.ts';

/** What the command takes for a hosting volume and for a block volume. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,253}$/;
/** A GBID, or what somebody has put into /block-store; the command takes it for a path. */
const STORAGE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,253}$/;
/** The command's sector, to which it wants sizes aligned; what is not makes it talk, or fail with exit code 0. */
const SECTOR = 512n;

/** `hosting/name`. Throws `invalid`. */
export function toTarget({ hosting, name }: ExportName): string {
  if (!NAME.test(hosting)) throw invalid('hostingvolume', 'is 1 to 254 of A-Z, a-z, 0-9, "_" and "-"');
  if (!NAME.test(name)) throw invalid('name', 'is 1 to 254 of A-Z, a-z, 0-9, "_" and "-"');
  return `${hosting}/${name}`;
}

/** Throws `invalid` for what the command would refuse, or take for two. */
export function checkHost(address: string, field = 'hosts'): string {
  if (isIPv4(address)) return address;
  throw invalid(field, `${JSON.stringify(address.slice(0, 64))} is no IPv4 address`);
}

/** Throws `invalid`. */
export function checkStorage(file: string): string {
  if (STORAGE.test(file)) return file;
  throw invalid('storage', 'is the name of a file in /block-store of the hosting volume, without a path');
}

/** In bytes, which needs no unit. Throws `invalid` for what is no whole number of sectors. */
export function toSizeWord(size: bigint): string {
  if (size > 0n && size % SECTOR === 0n) return `${size}`;
  throw invalid('size', `${size} is no multiple of ${SECTOR}`);
}

/** The next size that the command takes. */
export function roundSize(size: bigint): bigint {
  return ((size + SECTOR - 1n) / SECTOR) * SECTOR;
}
