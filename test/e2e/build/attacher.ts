import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCachedFolder } from '../../../scripts/setup/cached-folder.ts';
import { goModuleKey, goModuleVersion, runGo } from '../../../scripts/setup/go-build.ts';

/** A module of its own beside Kubernetes', as the snapshotter's is. */
const MODULE = fileURLToPath(new URL('../go-attacher', import.meta.url));
const ATTACHER = 'github.com/kubernetes-csi/external-attacher/v4';

/** What go.mod builds, as the tag of the upstream image. */
export const ATTACHER_VERSION = goModuleVersion(MODULE, ATTACHER);

/** The file csi-attacher, built into the cache the first time: about a minute. */
export async function ensureAttacher(): Promise<string> {
  const args = [`-ldflags=-s -w -X main.version=${ATTACHER_VERSION}`, `${ATTACHER}/cmd/csi-attacher`];
  const folder = await ensureCachedFolder('attacher', goModuleKey(MODULE, args), async (making) => {
    const what = `building the CSI attacher ${ATTACHER_VERSION}`;
    console.log(`set-up: ${what}: about a minute when Go has Kubernetes cached`);
    await runGo(MODULE, ['build', `-o=${making}/`, ...args], what);
  });
  return join(folder, 'csi-attacher');
}
