import { DRIVER_ISSUER, GATEWAY_PORT } from '../../pool/lab/config-files.ts';
import { FOREIGN_DIRECTORY, FOREIGN_VOLUME, OWN_VOLUME } from './existing-volumes.ts';

export const CLUSTER_NAME = 'main';
export const NAMESPACE = 'gluster-csi';
export const DRIVER = 'file.csi.gluster.org';
export const BLOCK_DRIVER = 'block.csi.gluster.org';
export const KEY_SECRET = 'gluster-main';
export const CA_CONFIG = 'gluster-ca';
/** The class that most claims of the tests name, and the chart's others; `snapshot` also for groups. */
export const CLASSES = {
  delete: 'gluster',
  retain: 'gluster-retain',
  options: 'gluster-options',
  snapshot: 'gluster',
} as const;
/** Of the block driver. */
export const BLOCK_CLASSES = {
  xfs: 'gluster-block',
  ext4: 'gluster-block-ext4',
  snapshot: 'gluster-block',
} as const;
/** Snapshots, and what is made of them, lie on the hosting volume of their source: room for those of a whole run. */
const HOSTING = { replica: '3', hostingVolumeSize: '12Gi' };
/** A namespace whose pods may mount these volumes inline; the last one not even then, as it is the driver's. */
export const INLINE_NAMESPACE = 'inline-allowed';
const INLINE_VOLUMES = [FOREIGN_VOLUME, `${FOREIGN_VOLUME}/${FOREIGN_DIRECTORY}`, OWN_VOLUME];

export interface ValuesOptions {
  readonly repository: string;
  readonly tag: string;
  /** The names of the storage servers. */
  readonly servers: readonly string[];
}

/** values.yaml as an administrator of this pool and cluster would write it. */
export function chartValues({ repository, tag, servers }: ValuesOptions): object {
  const storageClass = (name: string, more: object = {}) => ({
    name,
    cluster: CLUSTER_NAME,
    parameters: { replica: '3' },
    ...more,
  });
  return {
    // The images have been imported on the nodes: there is no registry.
    image: { repository, tag, pullPolicy: 'Never' },
    logLevel: 'debug',
    clusters: [
      {
        name: CLUSTER_NAME,
        gateways: servers.map((server) => `https://${server}:${GATEWAY_PORT}`),
        servers,
        user: DRIVER_ISSUER,
        key: { secretName: KEY_SECRET, secretKey: 'driver.key' },
        ca: { configMapName: CA_CONFIG, key: 'ca.crt' },
      },
    ],
    storageClasses: [
      storageClass(CLASSES.delete),
      storageClass(CLASSES.retain, { reclaimPolicy: 'Retain' }),
      storageClass(CLASSES.options, { mountOptions: ['noatime', 'attribute-timeout=2'] }),
    ],
    volumeSnapshotClasses: [{ name: CLASSES.snapshot, default: true }],
    volumeGroupSnapshotClasses: [{ name: CLASSES.snapshot, default: true }],
    block: {
      enabled: true,
      storageClasses: [
        storageClass(BLOCK_CLASSES.xfs, { parameters: HOSTING }),
        storageClass(BLOCK_CLASSES.ext4, {
          parameters: { ...HOSTING, 'csi.storage.k8s.io/fstype': 'ext4' },
        }),
      ],
      snapshotClasses: [{ name: BLOCK_CLASSES.snapshot, default: true }],
    },
    inline: {
      allow: [
        // deploy/examples/inline.yaml
        { namespaces: ['default'], volumes: [`${CLUSTER_NAME}/${FOREIGN_VOLUME}`] },
        {
          namespaces: [INLINE_NAMESPACE],
          volumes: INLINE_VOLUMES.map((volume) => `${CLUSTER_NAME}/${volume}`),
        },
      ],
    },
    // A claim that waits for a gateway is tried again soon enough for a test.
    sidecars: { retryIntervalMax: '5s' },
  };
}
