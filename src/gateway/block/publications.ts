import { isIP } from 'node:net';
import { Fault, invalid } from '../../control/fault.ts';
import type { BlockPublication } from '../../glusterd2/block-wire.ts';
import { hashId } from '../hash-id.ts';
import { parseRecord, type VolumeRecord } from '../volume-record.ts';

/** glusterd2's mark of a volume that hosts block volumes. */
export const HOSTING_KEY = 'block-hosting';
/** Which provider a hosting volume is of; without it, virtblock. */
export const PROVIDER_KEY = 'block-provider';
/** In place of `yes`: about to be deleted, unless it turns out to have block volumes. */
export const CLOSING = 'closing';
/** One key for each block volume that is published: `rw <node> <address>,…; …`, or `ro`. */
const PUBLISHED = '_published:';
/** Makes the text of a record one that no brick has had before. */
const GENERATION = '_generation';
const NODE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;
/** GlusterFS 10's glusterd dies of an option value of 4200 bytes. */
const MAX_ALLOW_BYTES = 4000;

const NOTHING = { metadata: {} };

/** Block volumes by name, each with the nodes that may attach it. */
export type Publications = ReadonlyMap<string, readonly BlockPublication[]>;

/** One that is about to be deleted still keeps its access list. */
export function isHosting(record: Pick<VolumeRecord, 'metadata'>): boolean {
  return isOpenForBlocks(record) || record.metadata[HOSTING_KEY] === CLOSING;
}

export function providerOf({ metadata }: Pick<VolumeRecord, 'metadata'>): string {
  return metadata[PROVIDER_KEY] ?? 'virtblock';
}

/** It may get new block volumes. */
export function isOpenForBlocks({ metadata }: Pick<VolumeRecord, 'metadata'>): boolean {
  return metadata[HOSTING_KEY] === 'yes';
}

/** What a hosting volume's record says. An entry that cannot be read is of a newer gateway: throws `wrong-state`. */
export function readPublications({ metadata }: Pick<VolumeRecord, 'metadata'>): Publications {
  const entries = Object.entries(metadata).filter(([key]) => key.startsWith(PUBLISHED));
  return new Map(entries.map(([key, text]) => [key.slice(PUBLISHED.length), parseEntry(key, text)]));
}

/** Which of two copies of a record is the later: it grows with each change of publications. */
export function generationOf({ metadata }: Pick<VolumeRecord, 'metadata'>): number {
  return Number(metadata[GENERATION] ?? 0);
}

/** The record with one generation more. */
export function asNextGeneration(record: VolumeRecord): VolumeRecord {
  return { ...record, metadata: { ...record.metadata, [GENERATION]: `${generationOf(record) + 1}` } };
}

/** The record with these publications and no others. */
export function withPublications(record: VolumeRecord, publications: Publications): VolumeRecord {
  const rest = Object.entries(record.metadata).filter(([key]) => !key.startsWith(PUBLISHED));
  const entries = [...publications]
    .filter(([, nodes]) => nodes.length > 0)
    .map(([name, nodes]) => [`${PUBLISHED}${name}`, formatEntry(nodes)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { ...record, metadata: Object.fromEntries([...rest, ...entries]) };
}

/**
 * The value of `auth.allow` that a hosting volume with this record has: for each published block volume its
 * directory with the addresses of its nodes, nothing for all else; and the record's own sign.
 */
export function allowOf(recordText: string): string {
  const entries = [...readPublications(parseRecord(recordText) ?? NOTHING)].map(
    ([name, nodes]) => `/${name}(${nodes.flatMap(({ addresses }) => addresses).join('|')})`,
  );
  const text = [...entries, `${signOf(recordText)}(*)`].join(',');
  if (Buffer.byteLength(text) > MAX_ALLOW_BYTES) throw full(entries.length);
  return text;
}

/**
 * A directory that is never there and that everybody might mount once the bricks go by this record: whether a brick
 * refuses it for want of authority tells whether it does.
 */
export function signOf(recordText: string): string {
  return `/.gluster-csi-${hashId(recordText).slice(0, 13)}`;
}

/** Throws `invalid` for what could not be told from other parts of the record or of the option. */
export function checkPublication({ node, addresses }: BlockPublication): void {
  if (!NODE.test(node)) throw invalid('node', 'is 1 to 253 of A-Z, a-z, 0-9, ".", "_" and "-"');
  const bad = addresses.find((address) => isIP(address) === 0 || address.includes('%'));
  if (bad !== undefined) throw invalid('addresses', `${JSON.stringify(bad.slice(0, 64))} is no IP address`);
  if (new Set(addresses).size < addresses.length) throw invalid('addresses', 'has one twice');
}

/** No room for one more publication. */
export function full(count: number): Fault {
  return new Fault(
    'exhausted',
    `the hosting volume has ${count} published block volumes, and its record no room for more; unpublish some, or make new block volumes on another hosting volume`,
  );
}

function formatEntry(nodes: readonly BlockPublication[]): string {
  return nodes
    .map(({ node, addresses, readonly }) => `${readonly ? 'ro' : 'rw'} ${node} ${addresses.join(',')}`)
    .join('; ');
}

function parseEntry(key: string, text: string): readonly BlockPublication[] {
  return text.split('; ').map((part) => {
    const [, mode, node = '', addresses = ''] = /^(ro|rw) (\S+) (\S+)$/.exec(part) ?? [];
    const parsed = { node, addresses: addresses.split(','), readonly: mode === 'ro' };
    if (mode === undefined) throw unreadable(key);
    return parsed;
  });
}

function unreadable(key: string): Fault {
  return new Fault('wrong-state', `${key} was written by a newer gateway, or by hand; upgrade this gateway`);
}
