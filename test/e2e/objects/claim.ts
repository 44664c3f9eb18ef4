import { CLASSES, DRIVER } from '../install/chart-values.ts';

export interface ClaimOptions {
  readonly name: string;
  readonly namespace?: string;
  readonly storage?: string;
  readonly accessModes?: readonly ('ReadWriteMany' | 'ReadWriteOnce' | 'ReadOnlyMany' | 'ReadWriteOncePod')[];
  readonly volumeMode?: 'Filesystem' | 'Block';
  /** "" for a claim that names its volume. */
  readonly storageClass?: string;
  /** The PersistentVolume that it is for. */
  readonly volume?: string;
  /** What its content is to be: another claim's, or a VolumeSnapshot's of its namespace. */
  readonly source?: { readonly kind: 'PersistentVolumeClaim' | 'VolumeSnapshot'; readonly name: string };
  readonly labels?: Readonly<Record<string, string>>;
}

/** The namespace of the tests' own pods and claims. */
export const NAMESPACE_OF_TESTS = 'e2e';

export function claim(options: ClaimOptions): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: options.name,
      namespace: options.namespace ?? NAMESPACE_OF_TESTS,
      labels: options.labels ?? {},
    },
    spec: {
      accessModes: options.accessModes ?? ['ReadWriteMany'],
      volumeMode: options.volumeMode ?? 'Filesystem',
      storageClassName: options.storageClass ?? CLASSES.delete,
      ...(options.volume === undefined ? {} : { volumeName: options.volume }),
      ...(options.source === undefined ? {} : { dataSource: dataSource(options.source) }),
      resources: { requests: { storage: options.storage ?? '64Mi' } },
    },
  };
}

function dataSource({ kind, name }: NonNullable<ClaimOptions['source']>): object {
  return { ...(kind === 'VolumeSnapshot' ? { apiGroup: 'snapshot.storage.k8s.io' } : {}), kind, name };
}

export interface StaticVolumeOptions {
  readonly name: string;
  /** Names the Gluster volume, or a directory of it. */
  readonly handle: string;
  /** By its access mode, ReadOnlyMany: what `csi.readOnly` says is told only to drivers that attach volumes. */
  readonly readOnly?: boolean;
  readonly mountOptions?: readonly string[];
  /** More of `csi`: a driver other than the one for files, what it is to be told. */
  readonly csi?: object;
}

/** A PersistentVolume for what is there already, as an administrator writes it. */
export function staticVolume(options: StaticVolumeOptions): object {
  const { name, handle, readOnly = false, mountOptions, csi = {} } = options;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '64Mi' },
      accessModes: [readOnly ? 'ReadOnlyMany' : 'ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: '',
      ...(mountOptions === undefined ? {} : { mountOptions }),
      csi: { driver: DRIVER, volumeHandle: handle, ...csi },
    },
  };
}
