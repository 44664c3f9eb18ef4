import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lint, RENDERINGS, type Rendering, render } from './renderings.ts';

/**
 * Writes the files that are rendered from deploy/chart: the plain manifests, and what the tests read. With
 * `--check` it writes nothing, lints the chart, and exits 1 when one of the files is stale.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const checks = process.argv.includes('--check');

for (const rendering of RENDERINGS) {
  try {
    await (checks ? check(rendering) : write(rendering));
  } catch (error) {
    console.error(`${rendering.values}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

async function write(rendering: Rendering): Promise<void> {
  writeFileSync(`${root}${rendering.path}`, await render(rendering));
}

async function check(rendering: Rendering): Promise<void> {
  await lint(rendering);
  if ((await render(rendering)) === readFileSync(`${root}${rendering.path}`, 'utf8')) return;
  throw new Error(`${rendering.path} is stale (run npm run generate)`);
}
