import type { Cluster } from '../cluster/cluster.ts';
import { DRIVER } from '../install/chart-values.ts';
import { claim } from '../objects/claim.ts';
import { untilEvent } from '../objects/events.ts';
import { sectionOf } from './read-readme.ts';
import { substitute } from './tables.ts';

const NAMESPACE = 'default';

/** One row of README.md's table of claims that cannot be served. */
export interface Refusal {
  /** A parameter of the StorageClass or the claim's storage, as `name: value`; or `<server> is down`. */
  readonly cause: string;
  /** What `kubectl describe pvc` says. */
  readonly words: string;
}

export function readRefusals(readme: string, section: string): readonly Refusal[] {
  const rows = sectionOf(readme, section).matchAll(/^\| `([^`]+)` \| `([^`]+)` \|$/gm);
  return [...rows].map(([, cause = '', words = '']) => ({ cause, words: substitute(words) }));
}

/** Makes such a claim, after bringing such a state about; resolves with what the driver says to it. */
export async function provoke(cluster: Cluster, cause: string): Promise<string> {
  const [name = '', value = ''] = cause.split(': ');
  const server = / is down$/.test(cause) ? substitute(cause).split(' ')[0] : undefined;
  if (server !== undefined) await cluster.lab.servers.find((one) => one.name === server)?.powerCut();
  const isParameter = server === undefined && name !== 'storage';
  const object = `refused-${name.replaceAll(/[^a-z]/g, '')}`;
  await cluster.apply({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: object },
    provisioner: DRIVER,
    parameters: { cluster: 'main', ...(isParameter ? { [name]: JSON.parse(value) } : {}) },
  });
  const storage = name === 'storage' ? value : '64Mi';
  await cluster.apply(claim({ name: object, namespace: NAMESPACE, storageClass: object, storage }));
  const said = await untilEvent(cluster, `PersistentVolumeClaim/${object}`, / desc = /, NAMESPACE);
  return said.replace(/^.* desc = /s, '');
}

/** What a text of README.md has to match: `…` is left out there, and numbers are those of the moment. */
export function toPattern(words: string): RegExp {
  const parts = words.split(/(…|\d{7,})/).map((part) => {
    if (part === '…') return '.*';
    return /^\d{7,}$/.test(part) ? '\\d+' : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join('')}$`, 's');
}
