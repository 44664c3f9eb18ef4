import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Arguments of `buildah bud` that let npm inside reach the registry that npm here uses. They leave no trace in the
 * image; `folder` takes the file that names the registry and is to be removed afterwards.
 */
export function npmSecrets(folder: string): readonly string[] {
  const asked = execFileSync('npm', ['config', 'get', 'registry', 'cafile'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const settings = new Map(asked.split('\n').map((line) => split(line)));
  const certificates = [settings.get('cafile'), process.env['NODE_EXTRA_CA_CERTS']].find(isFile);
  const lines = [
    `registry=${settings.get('registry')}`,
    ...(certificates === undefined ? [] : ['cafile=/run/secrets/npm-ca']),
  ];
  const npmrc = join(folder, 'npmrc');
  writeFileSync(npmrc, `${lines.join('\n')}\n`, { mode: 0o600 });
  const ca = certificates === undefined ? [] : [`--secret=id=npm-ca,src=${certificates}`];
  return [`--secret=id=npmrc,src=${npmrc}`, ...ca];
}

function split(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}

function isFile(path: string | undefined): path is string {
  return path !== undefined && path !== 'null' && path !== '' && existsSync(path);
}
