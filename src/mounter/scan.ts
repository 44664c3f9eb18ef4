import { isClientMount } from '../host/client-mount.ts';
import type { MountNamespace } from '../host/namespaces.ts';
import type { Mount } from '../staging/host.ts';
import type { Machine } from './machine.ts';

export interface FoundMount {
  readonly namespace: MountNamespace;
  readonly mount: Mount;
}

/** Where a client's file system is used, in all namespaces that can be seen; its own mount points are left out. */
export async function findMountsOf(machine: Machine, device: string): Promise<readonly FoundMount[]> {
  const found: FoundMount[] = [];
  for (const namespace of await machine.namespaces()) {
    const mounts = usesOf((await machine.mountsOf(namespace.pid)) ?? [], device);
    found.push(...mounts.map((mount) => ({ namespace, mount })));
  }
  return found;
}

/** Of one namespace's mounts, those of the device but clients' own mount points. */
export function usesOf(mounts: readonly Mount[], device: string): readonly Mount[] {
  return mounts.filter(
    (mount) => mount.device === device && mount.fsType === 'fuse.glusterfs' && !isClientMount(mount),
  );
}
