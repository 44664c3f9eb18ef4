import { Fault } from '../control/fault.ts';
import type { NodeVolume } from './node-volume.ts';

/** Which volumes the pods of which namespaces may mount by their own spec: one entry of `inline.allow`. */
export interface InlineRule {
  readonly namespaces: readonly string[];
  /** `<cluster>/<volume>`, or `<cluster>/<volume>/<directory>…`: each with all directories below it. */
  readonly volumes: readonly string[];
}

/**
 * Throws `denied` unless a rule of the namespace has the volume, or what it is a directory of: who may mount a
 * directory sees all below it anyway.
 */
export function requireAllowed(rules: readonly InlineRule[], namespace: string, volume: NodeVolume): void {
  const asked = pathOf(volume);
  const allowed = rules
    .filter(({ namespaces }) => namespaces.includes(namespace))
    .flatMap((rule) => rule.volumes);
  if (allowed.some((path) => asked === path || asked.startsWith(`${path}/`))) return;
  const has = allowed.length === 0 ? 'nothing' : [...new Set(allowed)].join(', ');
  throw new Fault(
    'denied',
    `pods of namespace ${namespace} may not mount ${asked} by their own spec: inline.allow of the driver's configuration gives them ${has}; ask for it there, or use a PersistentVolumeClaim`,
  );
}

/** As `inline.allow` names it. */
function pathOf({ cluster, name, directory }: NodeVolume): string {
  return [cluster, name, ...(directory === undefined ? [] : [directory])].join('/');
}
