import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCachedFolder } from './cached-folder.ts';
import { goModuleKey, goModuleVersion, runGo } from './go-build.ts';

const MODULE = fileURLToPath(new URL('helm', import.meta.url));
const HELM = 'helm.sh/helm/v3';

/** The path of the helm program, built from the Go module beside this file the first time. */
export async function ensureHelm(): Promise<string> {
  const version = goModuleVersion(MODULE, HELM);
  const args = [`-ldflags=${linkerFlags(version)}`, `${HELM}/cmd/helm`];
  const folder = await ensureCachedFolder('helm', goModuleKey(MODULE, args), async (making) => {
    const what = `building Helm ${version}`;
    console.log(`set-up: ${what}: one to five minutes, once`);
    await runGo(MODULE, ['build', `-o=${making}/`, ...args], what);
  });
  return join(folder, 'helm');
}

/** As in Helm's own Makefile: without them it takes itself for 3.0 and every cluster for Kubernetes 1.20. */
function linkerFlags(version: string): string {
  const [, minor] = goModuleVersion(MODULE, 'k8s.io/client-go').split('.');
  const kubernetes = ['chartutil', 'lint/rules'].flatMap((name) => [
    `-X ${HELM}/pkg/${name}.k8sVersionMajor=1`,
    `-X ${HELM}/pkg/${name}.k8sVersionMinor=${minor}`,
  ]);
  return ['-s -w', `-X ${HELM}/internal/version.version=${version}`, ...kubernetes].join(' ');
}
