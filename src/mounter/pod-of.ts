import type { Mount } from '../staging/host.ts';

const UID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/** Where kubelet puts what a container has at these paths. Nothing that a pod may choose stands before the uid. */
const CONTAINER_FILES: Readonly<Record<string, RegExp>> = {
  '/etc/hosts': new RegExp(`/pods/(${UID})/etc-hosts$`),
  '/dev/termination-log': new RegExp(`/pods/(${UID})/containers/`),
};
const VOLUME = new RegExp(`/pods/(${UID})/(?:volumes|volume-subpaths)/`);

/** The pod that a container belongs to, by the mounts of its namespace; undefined for a namespace of no pod. */
export function podOf(mounts: readonly Mount[]): string | undefined {
  for (const { target, root } of mounts) {
    const uid = CONTAINER_FILES[target]?.exec(root)?.[1];
    if (uid !== undefined) return uid;
  }
  return undefined;
}

/** The pods that these are volumes of, as the host sees them; each once. */
export function podsAt(mounts: readonly Mount[]): readonly string[] {
  return [...new Set(mounts.flatMap(({ target }) => VOLUME.exec(target)?.[1] ?? []))];
}
