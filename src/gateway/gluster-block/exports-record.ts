import { Fault } from '../../control/fault.ts';
import type { IscsiPublication } from '../../glusterd2/iscsi-wire.ts';
import type { VolumeRecord } from '../volume-record.ts';

/** One key for each block volume that is published: `rw <node> <initiator>; …`. */
const EXPORTED = '_exported:';
const ENTRY = /^(ro|rw|off) (\S+) (\S+)$/;

/** A node that has a block volume; `isLeaving` from when it is being cut off until it is. */
export interface ExportedTo extends Omit<IscsiPublication, 'shared'> {
  readonly isLeaving: boolean;
}

/** Block volumes by name, each with the nodes that have it. */
export type Exported = ReadonlyMap<string, readonly ExportedTo[]>;

/** What a hosting volume's record says. Throws `wrong-state` for what a newer gateway has written. */
export function readExported({ metadata }: Pick<VolumeRecord, 'metadata'>): Exported {
  const entries = Object.entries(metadata).filter(([key]) => key.startsWith(EXPORTED));
  return new Map(entries.map(([key, text]) => [key.slice(EXPORTED.length), parseEntry(key, text)]));
}

/** The record with these and no others. */
export function withExported(record: VolumeRecord, exported: Exported): VolumeRecord {
  const rest = Object.entries(record.metadata).filter(([key]) => !key.startsWith(EXPORTED));
  const entries = [...exported]
    .filter(([, nodes]) => nodes.length > 0)
    .map(([name, nodes]) => [`${EXPORTED}${name}`, nodes.map(formatEntry).join('; ')] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { ...record, metadata: Object.fromEntries([...rest, ...entries]) };
}

function formatEntry({ node, initiator, readonly, isLeaving }: ExportedTo): string {
  return `${isLeaving ? 'off' : readonly ? 'ro' : 'rw'} ${node} ${initiator}`;
}

function parseEntry(key: string, text: string): readonly ExportedTo[] {
  return text.split('; ').map((part) => {
    const [, mode, node = '', initiator = ''] = ENTRY.exec(part) ?? [];
    if (mode !== undefined) return { node, initiator, readonly: mode === 'ro', isLeaving: mode === 'off' };
    throw new Fault('wrong-state', `${key} was written by a newer gateway, or by hand; upgrade this gateway`);
  });
}
