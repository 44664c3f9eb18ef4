import { mkdir, writeFile } from 'node:fs/promises';
import { Deployment } from '../pool/lab/deployment.ts';
import { Lab } from '../pool/lab/lab.ts';
import { blockBench } from './block-bench.ts';
import { controlBench } from './control-bench.ts';
import { type Figure, toTable } from './figures.ts';
import { MOUNTER_ON, mounterBench } from './mounter-bench.ts';
import { POOL_VERBS, poolBench } from './pool-bench.ts';
import { rssBench } from './rss-bench.ts';
import { snapshotsBench } from './snapshots-bench.ts';

/**
 * `npm run bench [-- NAME…]`: prints a table and writes the same to bench/results.json. The roles run from the
 * bundle in dist/, which the npm script builds first.
 */
const NAMES = [...POOL_VERBS, 'control', 'rss', 'mounter', 'snapshots', 'block'];
/** They have machines of their own. */
const APART = ['control', 'snapshots', 'block'];
const root = new URL('../../', import.meta.url);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${NAMES.join(', ')}`);
  process.exit(2);
}
const chosen = asked.length === 0 ? NAMES : asked;
const figures = [
  ...(chosen.includes('control') ? await controlBench() : []),
  ...(await onPool(chosen.filter((name) => !APART.includes(name)))),
  ...(chosen.includes('snapshots') ? await snapshotsBench() : []),
  ...(chosen.includes('block') ? await blockBench() : []),
];
console.log(toTable(figures));
await mkdir(new URL('bench/', root), { recursive: true });
await writeFile(new URL('bench/results.json', root), `${JSON.stringify(figures, null, 1)}\n`);

async function onPool(names: readonly string[]): Promise<readonly Figure[]> {
  if (names.length === 0) return [];
  await using lab = await Lab.up({
    name: 'bench',
    disksPerServer: 1,
    diskBytes: 64 * 1024 ** 3,
    workerExtras: { hasOwnCgroups: true },
  });
  const mountersOn = [MOUNTER_ON];
  await using deployment = await Deployment.on(lab, { program: 'bundle', logLevel: 'info', mountersOn });
  const verbs = POOL_VERBS.filter((verb) => names.includes(verb));
  return [
    ...(names.includes('rss') ? await rssBench(deployment) : []),
    ...(names.includes('mounter') ? await mounterBench(deployment) : []),
    ...(verbs.length > 0 ? await poolBench(deployment, verbs) : []),
  ];
}
