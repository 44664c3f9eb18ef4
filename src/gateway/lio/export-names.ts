import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { hashId } from '../hash-id.ts';

/** Our part of the name space of iSCSI names. */
export const AUTHORITY = 'iqn.2026-11.org.gluster-csi';

/**
 * What an export is called on a server: by its block volume and by the server. A dead exporter's target, whose
 * sessions initiators may still hold, is never taken for the one that another server makes of the same disk.
 */
export function exportKey({ id }: Pick<GlusterVolume, 'id'>, name: string, peerId: string): string {
  return `${hashId(`${id}/${name}`).replaceAll('-', '').slice(0, 16)}-${serverTag(peerId)}`;
}

/** With which all keys of a server end. */
export function serverTag(peerId: string): string {
  return peerId.replaceAll('-', '').slice(0, 12).toLowerCase();
}

/**
 * With the term in which nodes have it: sessions of a node that was shut out try the name of then, for ever, and find
 * nobody; what such a node still has to write would land upon what others have written since.
 */
export function iqnOf(key: string, term: string): string {
  return `${AUTHORITY}:${key}.${term}`;
}

/** The key in the IQN of an export; undefined for a target that is none of ours. */
export function keyOf(iqn: string): string | undefined {
  return new RegExp(`^${RegExp.escape(AUTHORITY)}:([0-9a-f]{16}-[0-9a-f]{12})(?:\\.|$)`).exec(iqn)?.[1];
}
