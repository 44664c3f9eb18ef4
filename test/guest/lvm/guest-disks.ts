import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../src/host/run.ts';
import { command } from '../../pool/lab/command.ts';

const LVM_MS = 60_000;
/** Blank disks: loop devices over sparse files, of this kernel. */
export interface GuestDisks extends AsyncDisposable {
  /** `/dev/loop0`, … */
  readonly paths: readonly string[];
  /** A folder of their own, for mounts. */
  readonly folder: string;
}

/** Makes disks. Whatever is on them goes when they are disposed of, mounts below the folder too. */
export async function makeGuestDisks(count: number, bytes: number): Promise<GuestDisks> {
  const folder = await mkdtemp('/var/tmp/guest-disks-');
  const paths: string[] = [];
  for (let disk = 0; disk < count; disk += 1) paths.push(await attach(join(folder, `disk${disk}`), bytes));
  return {
    paths,
    folder,
    async [Symbol.asyncDispose]() {
      await unmountBelow(folder);
      for (const path of paths) await detach(path);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Names of all logical volumes that lie on the disks. */
export async function volumesOn(paths: readonly string[]): Promise<readonly string[]> {
  const groups = await groupsOn(paths);
  const names: string[] = [];
  for (const group of groups) {
    const listed = await run('lvm', ['lvs', '--noheadings', '--options', 'lv_name', group], {
      timeoutMs: LVM_MS,
    });
    names.push(...words(listed.stdout));
  }
  return names.toSorted();
}

/** Names of the volume groups on the disks. */
export async function groupsOn(paths: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run('lvm', ['pvs', '--noheadings', '--options', 'vg_name', ...paths], {
    timeoutMs: LVM_MS,
  });
  return [...new Set(words(stdout))];
}

async function attach(image: string, bytes: number): Promise<string> {
  await writeFile(image, '');
  await truncate(image, bytes);
  return (await command(['losetup', '--find', '--show', image])).stdout.trim();
}

async function detach(path: string): Promise<void> {
  for (const group of await groupsOn([path]))
    await run('lvm', ['vgremove', '--yes', '--force', group], { timeoutMs: LVM_MS });
  await command(['losetup', '--detach', path]);
}

async function unmountBelow(folder: string): Promise<void> {
  const { stdout } = await command(['findmnt', '--raw', '--noheadings', '--output', 'TARGET']);
  const targets = stdout.split('\n').filter((target) => target.startsWith(`${folder}/`));
  for (const target of targets.reverse()) await command(['umount', target]);
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
