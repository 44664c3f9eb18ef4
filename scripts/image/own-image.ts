import { execFileSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { ensureCachedFolder, keyOf } from '../setup/cached-folder.ts';
import { type ProcessConfig, writeArchive } from './archive.ts';
import { ensureBaseImages } from './base-images.ts';
import { withBuildah } from './buildah.ts';
import { npmSecrets } from './npm-secrets.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The chart's default for image.repository: a name that nobody pulls. */
const REPOSITORY = 'localhost/gluster-csi';
/** Half a gigabyte for each change of the sources. */
const KEPT_HOURS = 2;
const VERSION_LABEL = 'org.opencontainers.image.version';
/** What the Dockerfile copies, and what says how it is built; folders with all that they hold. */
const INPUTS = [
  '.dockerignore',
  '.npmrc',
  'Dockerfile',
  'LICENSE',
  'package-lock.json',
  'package.json',
  'scripts/build.ts',
  'scripts/image',
  'scripts/setup',
  'scripts/setup.mjs',
  'src',
];

export interface OwnImage {
  readonly name: string;
  readonly repository: string;
  readonly tag: string;
  /** For `ctr --namespace k8s.io images import`. */
  readonly archive: string;
  readonly config: ProcessConfig;
  readonly layers: readonly Layer[];
}

export interface Layer {
  readonly createdBy: string;
  readonly file: string;
}

const dockerManifest = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()) }));
const imageConfig = z.object({
  config: z.custom<ProcessConfig>((value) => typeof value === 'object' && value !== null),
  history: z.array(z.object({ created_by: z.string().optional(), empty_layer: z.boolean().optional() })),
});

let built: Promise<string> | undefined;

/**
 * The project's image, built of its Dockerfile when anything that goes into it has changed; not again within one
 * process. Another tag is another image, by its version label, of the same layers, and costs the writing of an archive.
 */
export async function buildOwnImage(tag: string): Promise<OwnImage> {
  built ??= ensureBuilt();
  const folder = await built;
  const { config, layers } = readImage(folder);
  const name = `${REPOSITORY}:${tag}`;
  const labelled = { ...config, Labels: { ...config.Labels, [VERSION_LABEL]: tag } };
  const archive = join(folder, `${tag}.tar`);
  if (!existsSync(archive)) {
    const part = `${archive}.${process.pid}`;
    await writeArchive(part, { names: [name], config: labelled, layers: layers.map(({ file }) => file) });
    renameSync(part, archive);
  }
  return { name, repository: REPOSITORY, tag, archive, config: labelled, layers };
}

async function ensureBuilt(): Promise<string> {
  const files = INPUTS.flatMap(filesOf);
  const key = keyOf(
    [revision(), process.arch, ...files],
    files.map((file) => join(root, file)),
  );
  return await ensureCachedFolder('image', key, build, KEPT_HOURS);
}

async function build(folder: string): Promise<void> {
  const bases = Object.values(await ensureBaseImages());
  console.log('set-up: building the image: a minute the first time, seconds when only sources changed');
  const scratch = mkdtempSync(join(tmpdir(), 'gluster-csi-image-'));
  try {
    await withBuildah(bases, async (buildah) => {
      const id = join(scratch, 'id');
      await buildah.run(
        ...['bud', '--quiet', '--pull-never', `--iidfile=${id}`, `--build-arg=REVISION=${revision()}`],
        ...[...buildah.caching, ...npmSecrets(scratch), root],
      );
      const image = readFileSync(id, 'utf8').trim();
      await buildah.run('push', '--quiet', image, `docker-archive:${join(scratch, 'image.tar')}`);
    });
    mkdirSync(join(folder, 'parts'));
    execFileSync('tar', [
      '--extract',
      `--file=${join(scratch, 'image.tar')}`,
      `--directory=${join(folder, 'parts')}`,
    ]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What `docker save` writes, unpacked: manifest.json names the configuration and the layers' tar files. */
function readImage(folder: string): { config: ProcessConfig; layers: readonly Layer[] } {
  const parts = join(folder, 'parts');
  const [manifest] = dockerManifest.parse(JSON.parse(readFileSync(join(parts, 'manifest.json'), 'utf8')));
  if (manifest === undefined) throw new Error(`${parts}/manifest.json names no image`);
  const text = readFileSync(join(parts, manifest.Config), 'utf8');
  const { config, history } = imageConfig.parse(JSON.parse(text));
  const made = history.filter((step) => step.empty_layer !== true);
  const layers = manifest.Layers.map((file, at) => ({
    createdBy: made[at]?.created_by ?? '',
    file: join(parts, file),
  }));
  return { config, layers };
}

function filesOf(input: string): readonly string[] {
  return globSync([input, `${input}/**`], { cwd: root })
    .filter((path) => statSync(join(root, path)).isFile())
    .sort();
}

/** The commit that last changed what the image is made of; `unknown` outside a clone, `-dirty` before its commit. */
function revision(): string {
  try {
    const git = (...args: readonly string[]) =>
      execFileSync('git', [...args, '--', ...INPUTS], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    return `${git('log', '-1', '--format=%H')}${git('status', '--porcelain') === '' ? '' : '-dirty'}`;
  } catch {
    return 'unknown';
  }
}
