import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { hashId } from '../hash-id.ts';

/** Our part of the name space of iSCSI names. */
const AUTHORITY = 'iqn.2026-11.org.gluster-csi';

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

export function iqnOf(key: string): string {
  return `${AUTHORITY}:${key}`;
}
