import type { IscsiVolumeInfoWire } from '../../glusterd2/iscsi-wire.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord } from '../volume-record.ts';
import type { HostedExport } from './export-files.ts';
import { commonSize, exporting } from './export-meta.ts';
import { readExported } from './exports-record.ts';

const IQN_PREFIX = 'iqn.2016-12.org.gluster-block:';
const PORT = 3260;

/** One that gluster-block does not have at the moment has no target to tell of. */
export function toExportInfo(hosting: GlusterVolume, found: HostedExport): IscsiVolumeInfoWire {
  const { name, meta, declaration } = found;
  const hosts = meta === undefined ? [] : exporting(meta).map(({ address }) => address);
  const published = readExported(getRecord(hosting)).get(name) ?? [];
  return {
    hostingvolume: hosting.name,
    name,
    size: Number(meta === undefined ? found.size : commonSize(meta)),
    hacount: meta?.ha ?? declaration?.hosts.length ?? 0,
    hosts,
    portals: hosts.map((host) => `${host}:${PORT}`),
    iqn: meta === undefined ? '' : `${IQN_PREFIX}${meta.gbid}`,
    lun: 0,
    wwn: meta?.gbid ?? '',
    metadata: { ...declaration?.metadata },
    published: published.map(({ node, initiator, readonly }) => ({
      node,
      initiator,
      readonly,
      shared: false,
    })),
  };
}
