import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { addCounts } from '../../scripts/test-counts.ts';
import { CsiBlockVolume } from '../pool/lab/csi-block-volume.ts';
import { Deployment } from '../pool/lab/deployment.ts';
import { expectNothingLeft } from '../pool/lab/expect-nothing-left.ts';
import { Lab, labName } from '../pool/lab/lab.ts';
import { buildCsiSanity } from './build-csi-sanity.ts';
import { parseJunitReport, type Spec } from './junit-report.ts';

const MIB = 1024 ** 2;

interface Driver {
  readonly name: string;
  /** Of the node's socket and the controller's. */
  readonly suffix: string;
  readonly parameters: string;
  readonly fewestPassed: number;
  readonly passes: readonly string[];
  /** Makes what is there during a pass, so that not each test has its hosting volume made and deleted. */
  readonly keep?: (deployment: Deployment) => Promise<CsiBlockVolume>;
  /** Left out although it is ours to serve. */
  readonly isOurs: (spec: Spec) => boolean;
}

const DRIVERS: readonly Driver[] = [
  {
    name: 'file driver',
    suffix: '',
    parameters: 'cluster: pool\n',
    fewestPassed: 41,
    passes: ['first', 'second'],
    isOurs: (spec) => isAboutSnapshots(spec),
  },
  {
    name: 'block driver',
    suffix: '-block',
    parameters: 'cluster: pool\nkind: virtblock\nhostingVolumeSize: 4Gi\n',
    fewestPassed: 75,
    // Each takes as long as both of the file driver.
    passes: ['only'],
    keep: (deployment) =>
      CsiBlockVolume.create(deployment, {
        name: 'kept',
        bytes: 32n * BigInt(MIB),
        content: 'raw',
        parameters: { hostingVolumeSize: '4Gi' },
      }),
    isOurs: (spec) =>
      isAboutSnapshots(spec, /group/i) ||
      (spec.outcome === 'skipped' &&
        /publish|stage|expand/i.test(spec.name) &&
        !/attach limit/.test(spec.name)),
  },
];

describe('csi-sanity on the pool', () => {
  let program: string;
  let lab: Lab;
  let deployment: Deployment;
  before(async () => {
    program = buildCsiSanity();
    lab = await Lab.up({ name: labName('sanity'), workers: 1 });
    deployment = await Deployment.on(lab);
  });
  after(async () => {
    await deployment?.close();
    await lab?.down();
  });

  for (const driver of DRIVERS) {
    for (const pass of driver.passes) {
      it(`has no failures with the ${driver.name} on the ${pass} pass, and leaves nothing`, async () => {
        const kept = await driver.keep?.(deployment);
        const specs = await runCsiSanity(program, deployment, { driver, pass });
        await kept?.delete();
        report(`${driver.name}, ${pass}`, specs);
        const failed = specs.filter(({ outcome }) => outcome === 'failed');
        expect(failed.map(({ name, reason }) => `${name}: ${reason}`)).to.deep.equal([]);
        const passed = specs.filter(({ outcome }) => outcome === 'passed');
        expect(passed.length).to.be.at.least(driver.fewestPassed);
        const unsaid = specs.filter(({ outcome, reason }) => outcome === 'skipped' && reason === '');
        expect(unsaid).to.deep.equal([]);
        expect(specs.filter(driver.isOurs).map(({ name, reason }) => `${name}: ${reason}`)).to.deep.equal([]);
        await expectNothingLeft(lab);
      });
    }
  }
});

/**
 * Left out although it is ours to serve: all of snapshots, groups and clones but their topology, which we have none of,
 * and what matches.
 */
function isAboutSnapshots({ name, outcome }: Spec, unserved = /accessibility/): boolean {
  const isServed = !/accessibility/.test(name) && !unserved.test(name);
  return outcome === 'skipped' && /snapshot|group|source volume/i.test(name) && isServed;
}

/** Runs the suite in worker 1, as a CO would: its mounts are that machine's. */
async function runCsiSanity(
  program: string,
  { lab }: Deployment,
  { driver, pass }: { readonly driver: Driver; readonly pass: string },
): Promise<readonly Spec[]> {
  const worker = lab.worker(1);
  const { folder } = worker;
  const parameters = `${folder}/class${driver.suffix}.yaml`;
  const junit = `${folder}/sanity${driver.suffix}-${pass}.xml`;
  await writeFile(parameters, driver.parameters);
  await worker.must(['mkdir', '-p', `${folder}/kubelet`]);
  const { stdout, stderr } = await worker.exec(
    [
      program,
      `-csi.endpoint=unix://${folder}/node${driver.suffix}.sock`,
      `-csi.controllerendpoint=unix://${folder}/controller${driver.suffix}.sock`,
      `-csi.mountdir=${folder}/kubelet/target`,
      `-csi.stagingdir=${folder}/kubelet/staging`,
      `-csi.testvolumeparameters=${parameters}`,
      `-csi.testvolumesize=${320 * MIB}`,
      `-csi.testvolumeexpandsize=${400 * MIB}`,
      `-csi.junitfile=${junit}`,
      '-ginkgo.no-color',
    ],
    { timeoutMs: 840_000 },
  );
  await writeFile(`${folder}/sanity${driver.suffix}-${pass}.log`, stdout + stderr);
  const xml = await readFile(junit, 'utf8').catch(() => {
    throw new Error(`csi-sanity wrote no report; it said:\n${(stdout + stderr).slice(-3000)}`);
  });
  return parseJunitReport(xml);
}

function report(pass: string, specs: readonly Spec[]): void {
  const count = (outcome: Spec['outcome']) => specs.filter((spec) => spec.outcome === outcome).length;
  console.log(
    `csi-sanity, ${pass} pass: ${specs.length} specs, ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`,
  );
  addCounts({ passed: count('passed'), failed: count('failed') });
  for (const { name, reason } of specs.filter(({ outcome }) => outcome === 'skipped')) {
    console.log(`  skipped: ${name}: ${reason}`);
  }
}
