import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCachedFolder } from '../../../scripts/setup/cached-folder.ts';
import { goModuleKey, goModuleVersion, runGo } from '../../../scripts/setup/go-build.ts';

/** A module of its own beside Kubernetes': it uses the same versions of libraries, which Go has compiled already. */
const MODULE = fileURLToPath(new URL('../go-snapshotter', import.meta.url));
const SNAPSHOTTER = 'github.com/kubernetes-csi/external-snapshotter/v8';
const CLIENT = 'github.com/kubernetes-csi/external-snapshotter/client/v8';

/** What go.mod builds, as the tag of the upstream images. */
export const SNAPSHOTTER_VERSION = goModuleVersion(MODULE, SNAPSHOTTER);

/** The folder with csi-snapshotter and snapshot-controller, built into the cache the first time: about a minute. */
export async function ensureSnapshotter(): Promise<string> {
  const args = [
    `-ldflags=-s -w -X main.version=${SNAPSHOTTER_VERSION}`,
    `${SNAPSHOTTER}/cmd/csi-snapshotter`,
    `${SNAPSHOTTER}/cmd/snapshot-controller`,
  ];
  return ensureCachedFolder('snapshotter', goModuleKey(MODULE, args), async (making) => {
    const what = `building the CSI snapshotter ${SNAPSHOTTER_VERSION}`;
    console.log(`set-up: ${what}: about a minute when Go has Kubernetes cached`);
    await runGo(MODULE, ['build', `-o=${making}/`, ...args], what);
  });
}

/** The folder of the CRDs as upstream gives them to administrators: `kubectl apply --kustomize`. */
export async function snapshotCrds(): Promise<string> {
  return join(await sourcesOf(CLIENT), 'config/crd');
}

/** The folder with upstream's own manifests of the snapshot-controller, for `kubectl apply --kustomize`. */
export async function snapshotControllerManifests(): Promise<string> {
  return join(await sourcesOf(SNAPSHOTTER), 'deploy/kubernetes/snapshot-controller');
}

/** A module's sources in Go's cache of modules, downloaded if need be. */
async function sourcesOf(module: string): Promise<string> {
  const args = ['mod', 'download', '-json', module];
  return JSON.parse(await runGo(MODULE, args, `downloading ${module}`)).Dir;
}
