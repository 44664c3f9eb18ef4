import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCachedFolder } from '../../../scripts/setup/cached-folder.ts';
import { goModuleKey, goModuleVersion, runGo } from '../../../scripts/setup/go-build.ts';

const MODULE = fileURLToPath(new URL('../go', import.meta.url));
/** The names that the one program of all of Kubernetes is called by. */
const COMPONENTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kubelet',
] as const;
const PROVISIONER = 'github.com/kubernetes-csi/external-provisioner/v6';
const RESIZER = 'github.com/kubernetes-csi/external-resizer/v2';
const AGNHOST = 'k8s.io/kubernetes/test/images/agnhost';
const GINKGO = 'github.com/onsi/ginkgo/v2/ginkgo';

/** What go.mod builds, as the tags of the upstream images say it: with their v. */
export const VERSIONS = {
  kubernetes: goModuleVersion(MODULE, 'k8s.io/kubernetes'),
  provisioner: goModuleVersion(MODULE, PROVISIONER),
  resizer: goModuleVersion(MODULE, RESIZER),
} as const;

/** `folder` holds every name of COMPONENTS, agnhost, csi-provisioner, csi-resizer, e2e-storage.test and ginkgo. */
export interface KubernetesBinaries {
  readonly folder: string;
}

/**
 * Kubernetes, the CSI sidecars and Kubernetes' storage tests, built from their Go modules into the cache the
 * first time: ten minutes of two idle processors and 4 GB of Go's caches; afterwards it only looks.
 */
export async function ensureKubernetes(): Promise<KubernetesBinaries> {
  const programs = programArguments();
  const suite = suiteArguments();
  const key = goModuleKey(MODULE, [...programs, ...suite]);
  const folder = await ensureCachedFolder('kubernetes', key, async (making) => {
    const what = `building Kubernetes ${VERSIONS.kubernetes} and the CSI sidecars`;
    console.log(
      `set-up: ${what}: ten minutes and more the first time, a minute when Go has most of it cached`,
    );
    await runGo(MODULE, ['build', `-o=${making}/`, ...programs], what);
    for (const name of COMPONENTS) symlinkSync('kubernetes', join(making, name));
    const tests = `building the storage tests of Kubernetes ${VERSIONS.kubernetes}`;
    console.log(`set-up: ${tests}`);
    await runGo(MODULE, ['test', '-c', `-o=${join(making, 'e2e-storage.test')}`, ...suite], tests);
  });
  return { folder };
}

/** The folder of Kubernetes' sources in Go's cache of modules, downloaded if need be. */
export async function kubernetesSources(): Promise<string> {
  const args = ['mod', 'download', '-json', 'k8s.io/kubernetes'];
  return JSON.parse(await runGo(MODULE, args, `downloading Kubernetes ${VERSIONS.kubernetes}`)).Dir;
}

/** One invocation for all, so that Go works on all at once; each program says its own version. */
function programArguments(): readonly string[] {
  return [
    `-ldflags=-s -w ${kubernetesVersion()}`,
    `-ldflags=${PROVISIONER}/...=-s -w -X main.version=${VERSIONS.provisioner}`,
    `-ldflags=${RESIZER}/...=-s -w -X main.version=${VERSIONS.resizer}`,
    './kubernetes',
    `${PROVISIONER}/cmd/csi-provisioner`,
    `${RESIZER}/cmd/csi-resizer`,
    AGNHOST,
    GINKGO,
  ];
}

function suiteArguments(): readonly string[] {
  return ['-vet=off', `-ldflags=-s -w ${kubernetesVersion()}`, './storage'];
}

/** The components refuse to work with each other, or to start, when they do not know what they are. */
function kubernetesVersion(): string {
  const [major, minor] = VERSIONS.kubernetes.replace('v', '').split('.');
  const facts = { gitVersion: VERSIONS.kubernetes, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  return Object.entries(facts)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
}
