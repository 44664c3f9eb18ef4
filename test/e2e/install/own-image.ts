import { buildOwnImage, type OwnImage } from '../../../scripts/image/own-image.ts';
import { IMAGES } from '../build/image-names.ts';
import type { Cluster } from '../cluster/cluster.ts';

export interface OwnImages {
  readonly current: OwnImage;
  /** The same under another name: what an upgrade brings. */
  readonly next: OwnImage;
}

/** What deploy/examples runs, as Docker names it: here the busybox of Kubernetes' own tests. */
const BUSYBOX = 'docker.io/library/busybox:1.37';

/** Builds the driver's image of the project's Dockerfile, when it has changed. */
export async function ensureOwnImages(): Promise<OwnImages> {
  const current = await buildOwnImage('e2e');
  return { current, next: await buildOwnImage('e2e-next') };
}

/** Gives the nodes the driver's images, and the name by which the examples call busybox. */
export async function bringImages({ nodes }: Cluster, { current, next }: OwnImages): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      await node.importImages([current.archive, next.archive]);
      await node.must([
        ...['ctr', '--namespace', 'k8s.io', 'images', 'tag', '--force', IMAGES.busybox[0], BUSYBOX],
      ]);
    }),
  );
}
