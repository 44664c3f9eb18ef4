import { statSync } from 'node:fs';
import type { Layer } from './own-image.ts';

/** A table of an image's layers, unpacked, lowest first, with what made each of them. */
export function sizeTable(layers: readonly Layer[]): string {
  const rows = layers.map(({ createdBy, file }) => ({ bytes: statSync(file).size, step: stepOf(createdBy) }));
  const total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  const lines = [...rows, { bytes: total, step: 'in all' }].map(
    ({ bytes, step }) => `${megabytes(bytes)}  ${step}`,
  );
  return lines.join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1).padStart(6)} MB`;
}

/** The Dockerfile's instruction without the shell and the digests that buildah puts around it. */
function stepOf(createdBy: string): string {
  const step = createdBy
    .replace(/^\/bin\/sh -c (#\(nop\) ?)?/, (_, instruction) => (instruction === undefined ? 'RUN ' : ''))
    .replace(/(file|dir|multi):[0-9a-f]{64} in/, '→')
    .replace(/\s+/g, ' ')
    .trim();
  return step.length > 70 ? `${step.slice(0, 69)}…` : step;
}
