import { ATTACHER_VERSION } from './attacher.ts';
import { VERSIONS } from './kubernetes.ts';
import { SNAPSHOTTER_VERSION } from './snapshotter.ts';

/** The images of the tests' cluster, by the names that the chart, containerd and Kubernetes' own tests use. */
export const IMAGES = {
  provisioner: [`registry.k8s.io/sig-storage/csi-provisioner:${VERSIONS.provisioner}`],
  resizer: [`registry.k8s.io/sig-storage/csi-resizer:${VERSIONS.resizer}`],
  attacher: [`registry.k8s.io/sig-storage/csi-attacher:${ATTACHER_VERSION}`],
  snapshotter: [`registry.k8s.io/sig-storage/csi-snapshotter:${SNAPSHOTTER_VERSION}`],
  snapshotController: [`registry.k8s.io/sig-storage/snapshot-controller:${SNAPSHOTTER_VERSION}`],
  /** Every pod's first container; containerd is configured with the first name. */
  pause: ['registry.k8s.io/pause:3.10.2', 'registry.k8s.io/pause:3.10.1'],
  /** Some storage specs start nginx, only to look at the files of its pod: busybox does for that. */
  busybox: [
    'registry.k8s.io/e2e-test-images/busybox:1.37.0-1',
    'registry.k8s.io/e2e-test-images/nginx:1.15-4',
    'registry.k8s.io/e2e-test-images/nginx:1.27-0',
  ],
  agnhost: ['registry.k8s.io/e2e-test-images/agnhost:2.63.0'],
} as const;
