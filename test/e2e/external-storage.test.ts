import { expect } from 'chai';
import { addCounts } from '../../scripts/test-counts.ts';
import type { Cluster } from './cluster/cluster.ts';
import { correctSuite } from './external-storage/admission.ts';
import { countReasons } from './external-storage/reasons.ts';
import { type Part, runSuite } from './external-storage/run-suite.ts';
import { isFull } from './options.ts';
import { scenario, scenarioBesideOthers } from './scenario.ts';

/** The whole of it needs the cluster for itself: some specs restart kubelet. */
const run = isFull
  ? (title: string, act: Parameters<typeof scenario>[2]) => scenario(title, {}, act)
  : scenarioBesideOthers;

describe("Kubernetes' own External.Storage suite", () => {
  run('External.Storage: snapshots, snapshots of groups, volumes from a data source', ({ cluster }) =>
    runPart(cluster, 'snapshots', 10),
  );
  run('External.Storage: all else', ({ cluster }) => runPart(cluster, 'others', 20));
  run('External.Storage: block driver, file systems and raw devices', ({ cluster }) =>
    runPart(cluster, 'block', 40),
  );
});

/** Prints what became of each spec; throws when one failed, or when no more than `atLeast` passed. */
async function runPart(cluster: Cluster, part: Part, atLeast: number): Promise<string> {
  await correctSuite(cluster);
  const specs = await runSuite(cluster, { part, isFull });
  const passed = specs.filter(({ outcome }) => outcome === 'passed');
  const failed = specs.filter(({ outcome }) => outcome === 'failed');
  const skipped = specs.filter(({ outcome }) => outcome === 'skipped');
  addCounts({ passed: passed.length, failed: failed.length });
  console.log(`External.Storage, ${part}: ${specs.length} specs, ${passed.length + failed.length} run:`);
  for (const { name } of passed) console.log(`  passed: ${name}`);
  for (const { name, reason } of failed) console.log(`  FAILED: ${name}: ${reason.slice(0, 2000)}`);
  console.log(`  not run: ${skipped.length}`);
  for (const [reason, count] of countReasons(skipped))
    console.log(`  ${String(count).padStart(7)}  ${reason}`);
  expect(failed.map(({ name }) => name)).to.deep.equal([]);
  expect(passed.length).to.be.above(atLeast);
  return `${passed.length} passed, ${failed.length} failed`;
}
