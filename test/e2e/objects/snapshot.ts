import type { Cluster } from '../cluster/cluster.ts';
import { CLASSES } from '../install/chart-values.ts';
import { NAMESPACE_OF_TESTS } from './claim.ts';
import { remove, waitFor } from './wait.ts';

const READY = 'jsonpath={.status.readyToUse}=true';
const WITHIN = `--namespace=${NAMESPACE_OF_TESTS}`;

export interface SnapshotOptions {
  readonly name: string;
  /** The claim that it is of. */
  readonly claim: string;
  /** The file driver's unless it says otherwise. */
  readonly snapshotClass?: string;
}

/** A VolumeSnapshot that is ready to use. */
export interface ReadySnapshot {
  readonly name: string;
  /** As Kubernetes writes it: a quantity. */
  readonly restoreSize: string;
  /** Milliseconds since 1970; Kubernetes keeps whole seconds. */
  readonly createdAt: number;
  /** What the driver calls it. */
  readonly handle: string;
}

interface SnapshotObject {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly restoreSize: string;
    readonly creationTime: string;
    readonly boundVolumeSnapshotContentName: string;
  };
}

export function volumeSnapshot({ name, claim, snapshotClass = CLASSES.snapshot }: SnapshotOptions): object {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { name, namespace: NAMESPACE_OF_TESTS },
    spec: { volumeSnapshotClassName: snapshotClass, source: { persistentVolumeClaimName: claim } },
  };
}

/** Of all claims with that label at once. */
export function groupSnapshot(name: string, labels: Readonly<Record<string, string>>): object {
  return {
    apiVersion: 'groupsnapshot.storage.k8s.io/v1',
    kind: 'VolumeGroupSnapshot',
    metadata: { name, namespace: NAMESPACE_OF_TESTS },
    spec: {
      volumeGroupSnapshotClassName: CLASSES.snapshot,
      source: { selector: { matchLabels: labels } },
    },
  };
}

/** Makes the VolumeSnapshot and waits until it is ready to use. */
export async function takeSnapshot(cluster: Cluster, options: SnapshotOptions): Promise<ReadySnapshot> {
  await cluster.apply(volumeSnapshot(options));
  return untilSnapshotReady(cluster, options.name);
}

export async function untilSnapshotReady(cluster: Cluster, name: string): Promise<ReadySnapshot> {
  await waitFor(cluster, `volumesnapshot/${name}`, READY);
  const { status } = await cluster.json<SnapshotObject>(['get', `volumesnapshot/${name}`, WITHIN]);
  const path = '--output=jsonpath={.status.snapshotHandle}';
  const content = `volumesnapshotcontent/${status.boundVolumeSnapshotContentName}`;
  const handle = await cluster.mustKubectl(['get', content, path]);
  return {
    name,
    restoreSize: status.restoreSize,
    createdAt: Date.parse(status.creationTime),
    handle,
  };
}

/** Deletes VolumeSnapshots, and waits until they are gone with what they are bound to. */
export async function removeSnapshots(cluster: Cluster, names: readonly string[]): Promise<void> {
  const contents = await Promise.all(names.map((name) => contentOf(cluster, name)));
  await remove(
    cluster,
    names.map((name) => `volumesnapshot/${name}`),
  );
  for (const content of contents) await waitFor(cluster, `volumesnapshotcontent/${content}`, 'delete');
}

/** The VolumeSnapshotContent, which is told once there is one. */
async function contentOf(cluster: Cluster, name: string): Promise<string> {
  const path = '--output=jsonpath={.status.boundVolumeSnapshotContentName}';
  return cluster.mustKubectl(['get', `volumesnapshot/${name}`, WITHIN, path]);
}
