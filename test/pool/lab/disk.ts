import { existsSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { command } from './command.ts';
import { attachedLoops, loopsOver } from './loops.ts';
import { until } from './until.ts';

/** A server's disk: a sparse image with a reflink XFS on it, as a block device of the real machine. */
export interface Disk {
  readonly device: string;
  readonly image: string;
}

/** Makes and attaches a disk. `bytes` is its size; it takes only what is written. */
export async function makeDisk(image: string, bytes: number): Promise<Disk> {
  await writeFile(image, '');
  await truncate(image, bytes);
  await command(['mkfs.xfs', '-q', '-K', '-i', 'size=512', '-m', 'reflink=1', image]);
  const { stdout } = await command(['losetup', '--find', '--show', '--nooverlap', image]);
  return { device: stdout.trim(), image };
}

/**
 * Waits until nothing has the disk mounted, and detaches the loop devices that a dead server has left over files on
 * it: a real power cut takes them away, here the kernel lives on.
 */
export async function releaseDisk(disk: Disk): Promise<void> {
  await until(`${disk.image} released`, async () => {
    const inner = loopsOver(disk.image, await attachedLoops()).filter(({ device }) => device !== disk.device);
    for (const { device } of inner) await command(['losetup', '--detach', device]).catch(() => undefined);
    return inner.length === 0 && !existsSync(`/sys/fs/xfs/${basename(disk.device)}`);
  });
}
