import type { BlockVolumeInfoWire } from '../../glusterd2/block-wire.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord } from '../volume-record.ts';
import type { HostedDisk } from './hosting-mounts.ts';
import { readPublications } from './publications.ts';

/** A block volume in glusterd2's words. */
export function toBlockInfo(
  hosting: GlusterVolume,
  disk: HostedDisk,
  metadata?: Readonly<Record<string, string>>,
): BlockVolumeInfoWire {
  const published = readPublications(getRecord(hosting)).get(disk.name) ?? [];
  return {
    hostingvolume: hosting.name,
    name: disk.name,
    size: Number(disk.size),
    hosts: [],
    iqn: '',
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
    published: published.map(({ node, addresses, readonly, door }) => ({
      node,
      addresses: [...addresses],
      readonly,
      ...(door === undefined ? {} : { door }),
    })),
  };
}
