import type { BlockDeps, BlockParts } from '../block/deps.ts';
import type { HostingMounts } from '../block/hosting-mounts.ts';
import type { ExportServer } from '../peers/export-server.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import type { ExportMachine } from './export-machine.ts';
import type { LioDisks } from './lio-disks.ts';

/** What block volumes of provider lio need of this server. */
export interface LioParts extends BlockParts {
  readonly mounts: HostingMounts<LioDisks>;
  readonly machine: ExportMachine;
}

/** What the verbs of one exporter work with. */
export interface ExporterDeps extends BlockDeps {
  readonly machine: ExportMachine;
}

/** What the verbs on block volumes of provider lio work with. */
export interface LioDeps extends BlockDeps {
  readonly mounts: HostingMounts<LioDisks>;
  /** This server as an exporter. */
  readonly exporter: ExportServer;
}

/** A server as an exporter. */
export function exporterOf({ exporter }: Pick<LioDeps, 'exporter'>, server: StorageServer): ExportServer {
  return server.isSelf || server.exports === undefined ? exporter : server.exports;
}
