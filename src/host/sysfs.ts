import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';

const SECTOR = 512n;

/** The names in a folder of sysfs; none when there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** An attribute; undefined when it is not there, as of a device that went away meanwhile. */
export async function attribute(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text?.replace(/\n$/, '');
}

/** Bytes of a block device, by its path or name; 0 when it is not there. */
export async function blockBytes(device: string): Promise<bigint> {
  return BigInt((await attribute(`/sys/block/${basename(device)}/size`)) ?? 0) * SECTOR;
}
