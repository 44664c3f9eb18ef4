import { IMAGES } from '../build/image-names.ts';
import { NAMESPACE_OF_TESTS } from './claim.ts';

export interface PodOptions {
  readonly name: string;
  readonly namespace?: string;
  /** Where it runs; absent: the scheduler decides. */
  readonly node?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  /** What is mounted where: a volume as the pod's spec has it, without its name. */
  readonly mounts: Readonly<Record<string, PodVolume>>;
  /** Claims of raw devices: what is where. */
  readonly devices?: Readonly<Record<string, string>>;
  /** The pod's securityContext. */
  readonly security?: object;
}

export interface PodVolume {
  readonly volume: object;
  readonly readOnly?: boolean;
  readonly subPath?: string;
}

export function claimed(claimName: string, more: Omit<PodVolume, 'volume'> = {}): PodVolume {
  return { volume: { persistentVolumeClaim: { claimName } }, ...more };
}

/** A pod that does nothing by itself: tests look around in it with `kubectl exec`. */
export function pod(options: PodOptions): object {
  const mounts = Object.entries(options.mounts);
  const devices = Object.entries(options.devices ?? {});
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: options.name, namespace: options.namespace ?? NAMESPACE_OF_TESTS },
    spec: {
      terminationGracePeriodSeconds: 2,
      ...(options.node === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': options.node } }),
      ...(options.security === undefined ? {} : { securityContext: options.security }),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [
        {
          name: 'main',
          image: options.image ?? IMAGES.busybox[0],
          imagePullPolicy: 'Never',
          command: options.command ?? ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done'],
          volumeMounts: mounts.map(([mountPath, { readOnly = false, subPath }], index) => ({
            name: `volume-${index}`,
            mountPath,
            readOnly,
            ...(subPath === undefined ? {} : { subPath }),
          })),
          volumeDevices: devices.map(([devicePath], index) => ({ name: `device-${index}`, devicePath })),
        },
      ],
      volumes: [
        ...mounts.map(([, { volume }], index) => ({ name: `volume-${index}`, ...volume })),
        ...devices.map(([, claimName], index) => ({
          name: `device-${index}`,
          persistentVolumeClaim: { claimName },
        })),
      ],
    },
  };
}
