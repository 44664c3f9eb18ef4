import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProcessConfig, packFolder, writeArchive } from '../../../scripts/image/archive.ts';
import { ensureCachedFolder, keyOf } from '../../../scripts/setup/cached-folder.ts';
import { debianVersion, ensureDebianPackages } from '../../../scripts/setup/debian.ts';
import { ensureAttacher } from './attacher.ts';
import { IMAGES } from './image-names.ts';
import { ensureKubernetes, kubernetesSources } from './kubernetes.ts';
import { makeAgnhostRoot, makeBusyboxRoot, makeProgramRoot } from './root-folders.ts';
import { ensureSnapshotter } from './snapshotter.ts';

const ENVIRONMENT = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
const SOURCES = ['images.ts', 'image-names.ts', 'root-folders.ts', '../../../scripts/image/archive.ts'];

export interface ImageArchive {
  /** The first of the image's names; the archive may carry more. */
  readonly name: string;
  readonly archive: string;
}

interface Recipe {
  readonly names: readonly string[];
  readonly config: ProcessConfig;
  readonly fill: (root: string) => void | Promise<void>;
}

/**
 * All images of the cluster but the project's own, as archives for `ctr --namespace k8s.io images import`, made
 * without a registry: of what ensureKubernetes(), ensureSnapshotter() and ensureAttacher() build, and of Debian's busybox.
 */
export async function ensureImages(): Promise<readonly ImageArchive[]> {
  ensureDebianPackages(['busybox-static', 'gcc', 'libc6-dev']);
  const { folder: binaries } = await ensureKubernetes();
  const snapshotter = await ensureSnapshotter();
  const attacher = await ensureAttacher();
  const recipes = toRecipes({ binaries, snapshotter, attacher });
  const files = SOURCES.map((source) => fileURLToPath(new URL(source, import.meta.url)));
  const key = keyOf(
    [
      ...[binaries, snapshotter, dirname(attacher)].map((folder) => basename(folder)),
      debianVersion('busybox-static'),
      process.arch,
    ],
    files,
  );
  const folder = await ensureCachedFolder('cluster-images', key, async (making) => {
    console.log(`set-up: making ${Object.keys(recipes).length} images for the cluster`);
    for (const [name, recipe] of Object.entries(recipes)) await makeImage(making, name, recipe);
  });
  return Object.entries(recipes).map(([name, { names }]) => ({
    name: names[0] ?? name,
    archive: join(folder, `${name}.tar`),
  }));
}

interface Built {
  /** Folders of programs. */
  readonly binaries: string;
  readonly snapshotter: string;
  /** The program. */
  readonly attacher: string;
}

function toRecipes({
  binaries,
  snapshotter,
  attacher,
}: Built): Readonly<Record<keyof typeof IMAGES, Recipe>> {
  const alone = (names: readonly string[], program: string): Recipe => ({
    names,
    config: { Entrypoint: [`/${basename(program)}`], Env: ENVIRONMENT },
    fill: (root) => makeProgramRoot(root, program),
  });
  return {
    provisioner: alone(IMAGES.provisioner, join(binaries, 'csi-provisioner')),
    resizer: alone(IMAGES.resizer, join(binaries, 'csi-resizer')),
    attacher: alone(IMAGES.attacher, attacher),
    snapshotter: alone(IMAGES.snapshotter, join(snapshotter, 'csi-snapshotter')),
    snapshotController: alone(IMAGES.snapshotController, join(snapshotter, 'snapshot-controller')),
    pause: {
      names: IMAGES.pause,
      config: { Entrypoint: ['/pause'], User: '65535:65535', Env: ENVIRONMENT },
      fill: makePauseRoot,
    },
    busybox: { names: IMAGES.busybox, config: { Cmd: ['sh'], Env: ENVIRONMENT }, fill: makeBusyboxRoot },
    agnhost: {
      names: IMAGES.agnhost,
      config: { Entrypoint: ['/agnhost'], Cmd: ['pause'], Env: ENVIRONMENT },
      fill: (root) => makeAgnhostRoot(root, join(binaries, 'agnhost')),
    },
  };
}

async function makeImage(folder: string, name: string, { names, config, fill }: Recipe): Promise<void> {
  const root = join(folder, name);
  const layer = join(folder, `${name}.layer`);
  mkdirSync(root);
  await fill(root);
  packFolder(root, layer);
  await writeArchive(join(folder, `${name}.tar`), { names, config, layers: [layer] });
  for (const path of [root, layer]) rmSync(path, { recursive: true });
}

/** Kubernetes' own pause, which is one C file in its module. */
async function makePauseRoot(root: string): Promise<void> {
  const source = join(await kubernetesSources(), 'build/pause/linux/pause.c');
  execFileSync('gcc', ['-Os', '-static', '-s', '-o', join(root, 'pause'), source]);
}
