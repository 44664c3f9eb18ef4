import type { BlockParts } from '../block/deps.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import type { LioDeps } from './deps.ts';
import type { ExportMachine } from './export-machine.ts';
import { createExporter } from './exporter.ts';
import { type ExportWatch, startExportWatch } from './watch-exports.ts';

interface Lio {
  readonly deps: LioDeps;
  watch(): ExportWatch;
}

/** Provider lio of a gateway; undefined for one that exports nothing. */
export function createLio(
  deps: VolumeDeps,
  { block, exports }: { readonly block?: BlockParts; readonly exports?: ExportMachine },
): Lio | undefined {
  if (block === undefined || exports === undefined) return undefined;
  const parts = { ...deps, ...block, provider: 'lio' as const };
  const own = { ...parts, machine: exports };
  const exporter = createExporter(own);
  return { deps: { ...parts, exporter }, watch: () => startExportWatch(own, exporter) };
}
