import type { VolumeDeps } from '../volumes/deps.ts';
import type { LioDeps, LioParts } from './deps.ts';
import { createExporter } from './exporter.ts';
import { type ExportWatch, startExportWatch } from './watch-exports.ts';

interface Lio {
  readonly deps: LioDeps;
  watch(): ExportWatch;
}

/** Provider lio of a gateway. */
export function createLio(deps: VolumeDeps, parts: LioParts): Lio {
  const own = { ...deps, ...parts, provider: 'lio' as const };
  const exporter = createExporter(own);
  return { deps: { ...own, exporter }, watch: () => startExportWatch(own, exporter) };
}
