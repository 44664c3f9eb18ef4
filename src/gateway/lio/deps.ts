import type { BlockDeps } from '../block/deps.ts';
import type { ExportServer } from '../peers/export-server.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import type { ExportMachine } from './export-machine.ts';

/** What the verbs of one exporter work with. */
export interface ExporterDeps extends BlockDeps {
  readonly machine: ExportMachine;
}

/** What the verbs on block volumes of provider lio work with. */
export interface LioDeps extends BlockDeps {
  /** This server as an exporter. */
  readonly exporter: ExportServer;
}

/** A server as an exporter. */
export function exporterOf({ exporter }: Pick<LioDeps, 'exporter'>, server: StorageServer): ExportServer {
  return server.isSelf || server.exports === undefined ? exporter : server.exports;
}
