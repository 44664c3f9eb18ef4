import { expect } from 'chai';
import { addCounts } from '../../scripts/test-counts.ts';
import { countReasons } from './external-storage/reasons.ts';
import { runSuite } from './external-storage/run-suite.ts';
import { isFull } from './options.ts';
import { scenario, scenarioBesideOthers } from './scenario.ts';

/** The whole of it needs the cluster for itself: some specs restart kubelet. */
const run = isFull
  ? (title: string, act: Parameters<typeof scenario>[2]) => scenario(title, {}, act)
  : scenarioBesideOthers;

describe("Kubernetes' own External.Storage suite", () => {
  run('External.Storage of file.csi.gluster.org', async ({ cluster }) => {
    const specs = await runSuite(cluster, { isFull });
    const passed = specs.filter(({ outcome }) => outcome === 'passed');
    const failed = specs.filter(({ outcome }) => outcome === 'failed');
    const skipped = specs.filter(({ outcome }) => outcome === 'skipped');
    addCounts({ passed: passed.length, failed: failed.length });
    console.log(`External.Storage: ${specs.length} specs, ${passed.length + failed.length} run:`);
    for (const { name } of passed) console.log(`  passed: ${name}`);
    for (const { name, reason } of failed) console.log(`  FAILED: ${name}: ${reason.slice(0, 2000)}`);
    console.log(`  not run: ${skipped.length}`);
    for (const [reason, count] of countReasons(skipped))
      console.log(`  ${String(count).padStart(7)}  ${reason}`);
    expect(failed.map(({ name }) => name)).to.deep.equal([]);
    expect(passed.length).to.be.above(20);
    return `${passed.length} passed, ${failed.length} failed`;
  });
});
