import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMounts } from '../../src/host/mountinfo.ts';
import { run } from '../../src/host/run.ts';

/** With the process's number behind it. */
const PREFIX = 'gluster-csi-bricks-';
const TIMEOUT_MS = 60_000;
const LOOKS = 150;
const LOOK_MS = 50;

/** Real reflink XFS file systems, as devices for bricks, in a directory of their own. */
export interface OuterXfs {
  /** The device root. */
  readonly root: string;
  readonly devices: readonly string[];
  /**
   * What is left over below the devices: mounts, loop devices, files in bricks, making and trash. Unlinking
   * goes on behind the calls, so it looks again for a while before it says that something stays. What belongs to the
   * volumes and snapshots that are `kept` is none.
   */
  leftovers(kept?: readonly string[]): Promise<readonly string[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes `count` file systems of `bytes` each, sparse. Needs root; says so otherwise. */
export async function makeOuterXfs(count: number, bytes: number): Promise<OuterXfs> {
  if (process.getuid?.() !== 0) throw new Error('this test mounts real file systems: run it as root');
  await sweep();
  const base = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const root = join(base, 'devices');
  const devices: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const image = join(base, `outer-${index}.img`);
    const device = join(root, `device-${index}`);
    await mkdir(device, { recursive: true });
    await writeFile(image, '');
    await truncate(image, bytes);
    await command('mkfs.xfs', ['-q', '-m', 'reflink=1', image]);
    await command('mount', ['-o', 'loop', image, device]);
    devices.push(device);
  }
  return {
    root,
    devices,
    leftovers: (kept = []) =>
      untilNone(async () =>
        (await findLeftovers(root, devices)).filter((one) => !kept.some((name) => one.includes(`/${name}.`))),
      ),
    [Symbol.asyncDispose]: () => takeDown(base),
  };
}

/** Takes down what runs that were killed have left. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? /^\d+/.exec(name.slice(PREFIX.length))?.[0] : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await takeDown(join(tmpdir(), name));
  }
}

async function untilNone(find: () => Promise<readonly string[]>): Promise<readonly string[]> {
  for (let attempt = 0; attempt < LOOKS; attempt += 1) {
    if ((await find()).length === 0) return [];
    await sleep(LOOK_MS);
  }
  return find();
}

async function findLeftovers(root: string, devices: readonly string[]): Promise<readonly string[]> {
  const mounts = (await readMounts()).map((mount) => mount.target);
  const loops = (await listLoops()).filter(({ file }) => file.startsWith(`${root}/`));
  const folders = devices.flatMap((device) =>
    ['bricks', 'making', 'snapshots', 'trash'].map((name) => join(device, name)),
  );
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(folder).catch(() => [])).map((name) => join(folder, name))),
  );
  return [
    ...mounts.filter((target) => devices.some((device) => target.startsWith(`${device}/`))),
    ...loops.map(({ device, file }) => `${device} of ${file}`),
    ...files.flat(),
  ];
}

/** Inner file systems first: once the outer one is gone, nothing tells whose a loop device was. */
async function takeDown(base: string): Promise<void> {
  const inside = (await readMounts()).filter((mount) => mount.target.startsWith(`${base}/`)).reverse();
  for (const { target, source } of inside) {
    const { exitCode } = await run('umount', [target], { timeoutMs: TIMEOUT_MS });
    if (exitCode !== 0) await run('umount', ['--lazy', target], { timeoutMs: TIMEOUT_MS });
    if (source.startsWith('/dev/loop')) await run('losetup', ['--detach', source], { timeoutMs: TIMEOUT_MS });
    for (const { device, file } of await listLoops())
      if (file.startsWith(`${target}/`))
        await run('losetup', ['--detach', device], { timeoutMs: TIMEOUT_MS });
  }
  await rm(base, { recursive: true, force: true });
}

async function listLoops() {
  const args = ['--list', '--noheadings', '--raw', '--output', 'NAME,BACK-FILE'];
  const { stdout } = await run('losetup', args, { timeoutMs: TIMEOUT_MS });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const at = line.indexOf(' ');
      return { device: line.slice(0, at), file: line.slice(at + 1) };
    });
}

/** Runs a command that has to succeed and returns what it printed. */
export async function command(file: string, args: readonly string[]): Promise<string> {
  const result = await run(file, args, { timeoutMs: TIMEOUT_MS });
  if (result.exitCode !== 0) throw new Error(`${file} ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

/** A call with a deadline that no test should meet. */
export function testCall() {
  return { id: 'test', signal: AbortSignal.timeout(TIMEOUT_MS) };
}
