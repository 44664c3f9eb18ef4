import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureDebianPackages } from '../setup/debian.ts';
import { cacheFolder } from '../setup/go.ts';

/** A few dozen builds; each leaves some ten images, most of them empty, for the next one to begin from. */
const MOST_IMAGES = 400;
const ERROR_LINES = 40;
const OUTPUT_BYTES = 64 * 1024 * 1024;

/** buildah on a storage of our own, kept between builds so that only what changed is built again. */
export interface Buildah {
  /** Runs it and returns what it printed; throws an Error with its own words. */
  run(...args: readonly string[]): Promise<string>;
  /** Arguments for `bud`: steps are cached where storage is cheap. */
  readonly caching: readonly string[];
}

/** Calls `work` with a buildah that knows the images of the archives, and leaves no mount of it behind. */
export async function withBuildah<T>(
  archives: readonly string[],
  work: (buildah: Buildah) => Promise<T>,
): Promise<T> {
  ensureDebianPackages(['buildah']);
  if (process.getuid?.() !== 0)
    throw new Error('images are built by root: buildah mounts and enters what it builds');
  const folder = join(cacheFolder(), 'buildah');
  const driver = chooseDriver();
  const storage = [
    `--root=${join(folder, driver)}`,
    `--runroot=${join(folder, 'run')}`,
    `--storage-driver=${driver}`,
  ];
  const buildah: Buildah = {
    run: (...args) => run([...storage, ...args]),
    caching: driver === 'overlay' ? ['--layers'] : [],
  };
  try {
    await pull(buildah, folder, archives);
    return await work(buildah);
  } finally {
    await tidy(buildah, folder, driver);
  }
}

/** Pulls the archives, after forgetting everything when they are not those of the last time. */
async function pull(buildah: Buildah, folder: string, archives: readonly string[]): Promise<void> {
  const record = join(folder, 'pulled');
  const wanted = archives.join('\n');
  if (existsSync(record) && readFileSync(record, 'utf8') === wanted) return;
  if (existsSync(folder)) await buildah.run('rmi', '--all', '--force');
  mkdirSync(folder, { recursive: true });
  for (const archive of archives) await buildah.run('pull', '--quiet', `oci-archive:${archive}`);
  writeFileSync(record, wanted);
}

async function tidy(buildah: Buildah, folder: string, driver: string): Promise<void> {
  await buildah.run('rm', '--all');
  const images = (await buildah.run('images', '--all', '--quiet')).split('\n').length;
  const storage = join(folder, driver);
  // Its driver mounts its folder on itself.
  spawnSync('umount', [join(storage, driver)], { stdio: 'ignore' });
  if (images > MOST_IMAGES) rmSync(folder, { recursive: true });
}

/** overlay where the cache's file system carries it; vfs, which copies everything for each step, elsewhere. */
function chooseDriver(): 'overlay' | 'vfs' {
  const probe = join(cacheFolder(), `.overlay-${process.pid}`);
  const folders = ['lower', 'upper', 'work', 'merged'].map((name) => join(probe, name));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const [lower, upper, work, merged] = folders;
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  const mounted = spawnSync('mount', ['-t', 'overlay', '-o', options, 'overlay', String(merged)], {
    stdio: 'ignore',
  });
  if (mounted.status === 0) execFileSync('umount', [String(merged)]);
  rmSync(probe, { recursive: true });
  return mounted.status === 0 ? 'overlay' : 'vfs';
}

async function run(args: readonly string[]): Promise<string> {
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' };
  try {
    const { stdout } = await promisify(execFile)('buildah', args, { env, maxBuffer: OUTPUT_BYTES });
    return stdout.trim();
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const words = `${stdout}${stderr}`.trim().split('\n').slice(-ERROR_LINES).join('\n');
    throw new Error(`buildah ${args.find((arg) => !arg.startsWith('-'))} failed: ${words}`, { cause: error });
  }
}
