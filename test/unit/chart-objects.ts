import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

/** Kubernetes' objects, as far as the tests look at them. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly data: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: what kubectl would read; each test says what it expects there.
  readonly [key: string]: any;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly [key: string]: any;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The objects of files below the project's root, read as kubectl reads them: YAML 1.1. */
export function readObjects(...paths: readonly string[]): readonly KubernetesObject[] {
  return paths.flatMap((path) => {
    const documents = parseAllDocuments(readFileSync(`${root}${path}`, 'utf8'), { version: '1.1' });
    if (!Array.isArray(documents)) throw new Error(`${path} holds no object`);
    return documents.map((document) => document.toJS()).filter((object) => object !== null);
  });
}

/** What the chart makes, and what kubectl has after applying the plain manifests in their order. */
export const RENDERED = {
  minimal: readObjects('test/fixtures/chart/minimal.yaml'),
  full: readObjects('test/fixtures/chart/full.yaml'),
  manifests: readObjects('deploy/manifests/gluster-csi.yaml', 'deploy/manifests/config.yaml'),
  'manifests with snapshots': readApplied('gluster-csi', 'config', 'snapshots'),
  'manifests with block volumes': readApplied('gluster-csi', 'config', 'block'),
  'manifests with iSCSI': readApplied('gluster-csi', 'config', 'iscsi'),
};

/** Of objects of the same kind and name the last one holds. */
function readApplied(...names: readonly string[]): readonly KubernetesObject[] {
  const objects = readObjects(...names.map((name) => `deploy/manifests/${name}.yaml`));
  return [...new Map(objects.map((one) => [`${one.kind} ${one.metadata.name}`, one])).values()];
}

/** The only object of a kind whose name ends so. Throws an Error when there is not exactly one. */
export function getObject(objects: readonly KubernetesObject[], kind: string, suffix = ''): KubernetesObject {
  const found = objects.filter((one) => one.kind === kind && one.metadata.name.endsWith(suffix));
  const [object] = found;
  if (object === undefined || found.length > 1) throw new Error(`${found.length} of ${kind} …${suffix}`);
  return object;
}

/** The driver for files, or the one for block volumes, which not all have. */
export function findDriver(
  objects: readonly KubernetesObject[],
  which: 'file' | 'block',
): KubernetesObject | undefined {
  return objects.find(
    (one) => one.kind === 'CSIDriver' && one['spec'].attachRequired === (which === 'block'),
  );
}

/** The containers of one of the three roles. */
export function containersOf(objects: readonly KubernetesObject[], role: string): readonly Container[] {
  return getObject(objects, role === 'controller' ? 'Deployment' : 'DaemonSet', `-${role}`)['spec'].template
    .spec.containers;
}
