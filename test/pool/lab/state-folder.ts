import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { startTimeOf } from './processes.ts';
import { sweep } from './sweep.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;

interface Owner {
  readonly pid: number;
  readonly startTime: string | undefined;
}

/** Where a lab of that name keeps everything it makes. */
export function stateFolderOf(name: string): string {
  if (!NAME.test(name)) throw new Error(`a lab's name is 1 to 31 of a-z, 0-9 and "-": ${name}`);
  return `/tmp/gluster-csi-${name}`;
}

/**
 * Makes the lab's folder for this process, after taking down what an earlier run of that name left. Throws when a
 * living process has a lab of that name.
 */
export async function claimStateFolder(name: string): Promise<string> {
  const folder = stateFolderOf(name);
  const owner = await readOwner(folder);
  if (owner !== undefined && owner.startTime !== undefined && startTimeOf(owner.pid) === owner.startTime)
    throw new Error(
      `the lab ${name} is in use by process ${owner.pid}; wait for it, or set GLUSTER_CSI_LAB to another name`,
    );
  await sweep(folder);
  await mkdir(folder);
  await chmod(folder, 0o700);
  await writeOwner(folder, { pid: process.pid, startTime: startTimeOf(process.pid) });
  return folder;
}

/** Lets the lab outlive this process: nobody owns it until the next claim takes it down. */
export async function disownStateFolder(folder: string): Promise<void> {
  await writeOwner(folder, { pid: 0, startTime: undefined });
}

async function writeOwner(folder: string, owner: Owner): Promise<void> {
  await writeFile(`${folder}/owner.json`, JSON.stringify(owner));
}

async function readOwner(folder: string): Promise<Owner | undefined> {
  const path = `${folder}/owner.json`;
  if (!existsSync(path)) return undefined;
  return JSON.parse(await readFile(path, 'utf8')) as Owner;
}
