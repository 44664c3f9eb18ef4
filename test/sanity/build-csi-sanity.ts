import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../scripts/setup/go.ts';

const VERSION = 'v5.6.0';

/** The path of the csi-sanity program, built by `go install` the first time and kept outside the tree. */
export function buildCsiSanity(): string {
  const folder = join(cacheFolder(), `csi-sanity-${VERSION}`);
  const program = join(folder, 'csi-sanity');
  if (existsSync(program)) return program;
  console.log(`building csi-sanity ${VERSION} in ${folder}`);
  execFileSync('go', ['install', `github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity@${VERSION}`], {
    env: { ...process.env, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return program;
}
