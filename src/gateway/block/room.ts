import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { readRecord } from '../volume-record.ts';
import type { HostedFiles } from './hosting-mounts.ts';

const MIB = 1024n ** 2n;
/** For directories, Gluster's own files, and what is half made or not yet removed. */
export const HOSTING_MARGIN = 32n * MIB;
/** As many as may all be published at once: their entries fit into the record and into `auth.allow`. */
export const MAX_DISKS = 24;

/** A hosting volume with what it has promised. */
interface Promised {
  readonly hosting: GlusterVolume;
  readonly disks: readonly { readonly size: bigint }[];
  readonly snapshots: readonly { readonly size: bigint }[];
}

/** Nothing of ours would be lost with it. */
export function isEmpty({ disks, snapshots }: Pick<Promised, 'disks' | 'snapshots'>): boolean {
  return disks.length + snapshots.length === 0;
}

/**
 * Bytes that a hosting volume can still promise: every block volume may be written in full, and so come to differ from
 * each of its snapshots in all. Counted from the files that are there. Of a volume of named bricks the capacity is that
 * of its file system.
 */
export function roomOf({ hosting, disks, snapshots }: Promised, totalBytes: bigint): bigint {
  const capacity = readRecord(hosting)?.capacity ?? totalBytes;
  return capacity - HOSTING_MARGIN - [...disks, ...snapshots].reduce((sum, { size }) => sum + size, 0n);
}

/** Throws `exhausted` when the hosting volume has promised more than it has, or more block volumes than fit. */
export async function requireRoom(hosted: Promised, mounted: HostedFiles, call: Call): Promise<void> {
  const { hosting, disks } = hosted;
  if (disks.length > MAX_DISKS) {
    throw new Fault(
      'exhausted',
      `hosting volume ${hosting.name} has ${MAX_DISKS} block volumes, which is all that can be attached at once; use another one`,
    );
  }
  const left = roomOf(hosted, await mounted.totalBytes(call));
  if (left >= 0n) return;
  throw new Fault(
    'exhausted',
    `hosting volume ${hosting.name} lacks ${-left} bytes for it; resize that volume, or use another one`,
  );
}
