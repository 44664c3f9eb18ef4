import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCachedFolder, keyOf } from '../setup/cached-folder.ts';
import { ensureDebianPackages } from '../setup/debian.ts';
import { packFolder, writeArchive } from './archive.ts';

/** The images that the Dockerfile starts from, by their upstream names. */
export const BASE_IMAGES = {
  debian: 'docker.io/library/debian:bookworm-slim',
  node: 'docker.io/library/node:24-bookworm-slim',
} as const;
/** An npm that node:24 brings, from the npm registry; upstream's image holds one beside node. */
const NPM = 'npm@11.21.2';
/** Upstream's slim image leaves out the same, and tells dpkg to do so in future. */
const LEFT_OUT = ['doc', 'groff', 'info', 'linda', 'lintian', 'locale', 'man'];
const ENVIRONMENT = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];

/**
 * Stand-ins for the base images, as archives, for machines without a registry: Debian by mmdebstrap, and Node
 * from the npm package that package-lock.json pins, where the upstream image has it.
 */
export async function ensureBaseImages(): Promise<Readonly<Record<keyof typeof BASE_IMAGES, string>>> {
  const node = fileURLToPath(
    new URL(`../../node_modules/node-linux-${process.arch}/bin/node`, import.meta.url),
  );
  const key = keyOf(
    [process.version, NPM, ...LEFT_OUT],
    [fileURLToPath(import.meta.url), fileURLToPath(new URL('archive.ts', import.meta.url))],
  );
  const folder = await ensureCachedFolder('base-images', key, async (making) => {
    console.log('set-up: making stand-ins for the base images of Debian and Node: a minute, once');
    const debian = join(making, 'debian.layer');
    makeDebianLayer(debian);
    const layer = join(making, 'node.layer');
    makeNodeLayer(layer, node);
    const config = { Cmd: ['bash'], Env: ENVIRONMENT };
    await writeArchive(join(making, 'debian.tar'), { names: [BASE_IMAGES.debian], config, layers: [debian] });
    await writeArchive(join(making, 'node.tar'), {
      names: [BASE_IMAGES.node],
      config: { ...config, Cmd: ['node'] },
      layers: [debian, layer],
    });
    for (const file of [debian, layer]) rmSync(file);
  });
  return { debian: join(folder, 'debian.tar'), node: join(folder, 'node.tar') };
}

function makeDebianLayer(file: string): void {
  ensureDebianPackages(['mmdebstrap']);
  const options = LEFT_OUT.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
  execFileSync(
    'mmdebstrap',
    [
      '--quiet',
      '--format=tar',
      '--variant=minbase',
      // Else the package usrmerge comes, and 50 MB of Perl with it.
      '--hook-directory=/usr/share/mmdebstrap/hooks/merged-usr',
      '--include=usr-is-merged',
      ...options,
      '--dpkgopt=path-include=/usr/share/doc/*/copyright',
      'bookworm',
      file,
    ],
    { stdio: 'pipe', env: { ...process.env, SOURCE_DATE_EPOCH: '0' } },
  );
}

function makeNodeLayer(file: string, node: string): void {
  const root = mkdtempSync(`${file}-`);
  const local = join(root, 'usr/local');
  const modules = join(local, 'lib/node_modules');
  try {
    chmodSync(root, 0o755);
    for (const folder of [join(local, 'bin'), modules]) mkdirSync(folder, { recursive: true });
    copyFileSync(node, join(local, 'bin/node'));
    const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', NPM], {
      cwd: root,
      encoding: 'utf8',
    });
    execFileSync('tar', ['--extract', `--file=${packed.trim()}`, '--no-same-owner'], { cwd: root });
    cpSync(join(root, 'package'), join(modules, 'npm'), { recursive: true });
    for (const path of ['package', packed.trim()]) rmSync(join(root, path), { recursive: true });
    for (const name of ['npm', 'npx'])
      symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name));
    packFolder(root, file);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
