import { Gateways } from '../../pool/lab/gateways.ts';
import { ensureImages } from '../build/images.ts';
import { Cluster } from '../cluster/cluster.ts';
import { CONTROL_PLANE } from '../cluster/network.ts';
import { NAMESPACE_OF_TESTS } from '../objects/claim.ts';
import { writerPrograms } from '../writer/writer-pod.ts';
import { INLINE_NAMESPACE } from './chart-values.ts';
import { makeForeignVolume, makeOwnVolume } from './existing-volumes.ts';
import { installChart } from './install-chart.ts';
import { bringImages, ensureOwnImages, type OwnImages } from './own-image.ts';
import { installSnapshotController } from './snapshot-controller.ts';
import { timed } from './timed.ts';

/** A cluster with the driver on it, as its administrator and its users have it. */
export interface Installation {
  readonly cluster: Cluster;
  readonly gateways: Gateways;
  /** What the driver's pods run. */
  readonly image: string;
  /** The same under another name, on all nodes: an upgrade. */
  readonly newImage: string;
}

/** Room for the claims of the examples and of Kubernetes' own tests, and for a hosting volume; sparse files. */
const DISK_BYTES = 48 * 1024 ** 3;

let running: Promise<Installation> | undefined;

/** The one installation that all tests of a run share. It comes up when it is first asked for. */
export function installed(): Promise<Installation> {
  running ??= install(process.env['GLUSTER_CSI_LAB'] ?? 'e2e');
  return running;
}

/** The installation, if anything of this run has asked for it and got it. */
export async function installedSoFar(): Promise<Installation | undefined> {
  return await running?.catch(() => undefined);
}

/**
 * Brings up a lab with a Kubernetes, gateways on its servers and the chart on the cluster, with a line and a time for
 * each step. All of it goes down when it fails.
 */
export async function install(name: string): Promise<Installation> {
  const own = await timed('images', async () => {
    await ensureImages();
    return ensureOwnImages();
  });
  const cluster = await timed('servers, control plane and two nodes', () =>
    Cluster.up({ name, diskBytes: DISK_BYTES }),
  );
  try {
    return await installOn(cluster, own);
  } catch (error) {
    await cluster.down();
    throw error;
  }
}

async function installOn(cluster: Cluster, own: OwnImages): Promise<Installation> {
  const { lab } = cluster;
  const gateways = await timed('gateways', () =>
    Gateways.on(lab, { relayOn: lab.other(CONTROL_PLANE.name) }),
  );
  await timed('the driver’s images on the nodes', () => bringImages(cluster, own));
  await timed('volumes that are there before the driver', async () => {
    await makeForeignVolume(lab);
    await makeOwnVolume(gateways);
  });
  // Before the chart, which looks whether it is there.
  await timed('snapshot CRDs and snapshot-controller', () => installSnapshotController(cluster));
  await timed('helm install, until all pods are ready and each node knows the driver', () =>
    installChart(cluster, gateways, own.current),
  );
  for (const namespace of [NAMESPACE_OF_TESTS, INLINE_NAMESPACE]) {
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await cluster.apply(writerPrograms(namespace));
  }
  return { cluster, gateways, image: own.current.name, newImage: own.next.name };
}
