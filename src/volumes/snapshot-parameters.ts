import { invalid } from '../control/fault.ts';
import { parsePrefix } from './parameters.ts';
import { describeUnknown } from './unknown-name.ts';

/** What a VolumeSnapshotClass or VolumeGroupSnapshotClass says. */
export interface SnapshotParameters {
  readonly namePrefix: string;
  /** For whom it is taken, as the snapshotter tells with --extra-create-metadata. */
  readonly claim: { readonly name?: string; readonly namespace?: string };
}

const KNOWN: readonly string[] = ['namePrefix'];
/** Keys of the CO's own, not meant for the driver. */
const KUBERNETES = 'csi.storage.k8s.io/';

/** Reads the parameters of a snapshot class. Throws `invalid`, naming the parameter and the remedy. */
export function parseSnapshotParameters(parameters: Readonly<Record<string, string>>): SnapshotParameters {
  for (const key of Object.keys(parameters)) {
    if (key.startsWith(KUBERNETES) || KNOWN.includes(key)) continue;
    throw invalid(`parameters.${key.slice(0, 64)}`, describeUnknown(key.slice(0, 64), KNOWN));
  }
  return { namePrefix: parsePrefix(parameters['namePrefix'] ?? ''), claim: parseClaim(parameters) };
}

function parseClaim(parameters: Readonly<Record<string, string>>): SnapshotParameters['claim'] {
  const of = (field: string) =>
    parameters[`${KUBERNETES}volumesnapshot/${field}`] ??
    parameters[`${KUBERNETES}volumegroupsnapshot/${field}`];
  const [name, namespace] = [of('name'), of('namespace')];
  return { ...(name === undefined ? {} : { name }), ...(namespace === undefined ? {} : { namespace }) };
}
