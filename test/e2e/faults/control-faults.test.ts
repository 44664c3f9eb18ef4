import { expect } from 'chai';
import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { claim, NAMESPACE_OF_TESTS } from '../objects/claim.ts';
import { type BoundVolume, glusterNameOf, untilGone } from '../objects/volume.ts';
import { scenario } from '../scenario.ts';
import { expectUntouched } from '../writer/expect-verdict.ts';
import { describeVerdict } from '../writer/verdict.ts';
import { killControllers } from './processes.ts';
import { underWriters } from './under-writers.ts';

const CLAIMS = 20;
const WITHIN = `--namespace=${NAMESPACE_OF_TESTS}`;
const PATIENCE_MS = 240_000;

describe('faults of the control path, under writers', () => {
  scenario('the controllers killed in the middle of 20 claims', {}, async (installation, times) => {
    const { cluster } = installation;
    const told: string[] = [];
    const { all } = await underWriters(installation, async () => {
      for (let i = 0; i < times; i += 1) told.push(await twentyClaims(cluster, `many-${i}`));
    });
    return `${told.at(-1)}; ${describeVerdict(expectUntouched(all))}`;
  });
});

async function twentyClaims(cluster: Cluster, prefix: string): Promise<string> {
  const started = performance.now();
  const names = Array.from({ length: CLAIMS }, (_, i) => `${prefix}-${i}`);
  const claims = names.map((name) => `pvc/${name}`);
  const items = names.map((name) => claim({ name, storage: '32Mi' }));
  await cluster.apply({ apiVersion: 'v1', kind: 'List', items });
  let bound = 0;
  await until(
    'some are bound',
    async () => {
      bound = (await volumesOf(cluster, names)).length;
      return bound > 1;
    },
    { everyMs: 100 },
  );
  expect(bound, 'claims bound before the kill').to.be.below(CLAIMS);
  await killControllers(cluster);
  await cluster.mustKubectl(
    ['wait', ...claims, '--for=jsonpath={.status.phase}=Bound', WITHIN, `--timeout=${PATIENCE_MS}ms`],
    { timeoutMs: PATIENCE_MS },
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const volumes = await volumesOf(cluster, names);
  expect(volumes).to.have.lengthOf(CLAIMS);
  await cluster.mustKubectl(['delete', WITHIN, ...claims], { timeoutMs: PATIENCE_MS });
  await untilGone(cluster, ...volumes);
  return `killed with ${bound} bound, ${CLAIMS} bound after ${seconds} s, nothing left after deletion`;
}

interface VolumeObject {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly claimRef: { readonly name: string };
    readonly csi: { readonly volumeHandle: string };
  };
  readonly status: { readonly phase: string };
}

/** The volumes of those of the claims that are bound. */
async function volumesOf(cluster: Cluster, claims: readonly string[]): Promise<readonly BoundVolume[]> {
  const { items } = await cluster.json<{ readonly items: readonly VolumeObject[] }>(['get', 'pv']);
  return items
    .filter(({ spec, status }) => claims.includes(spec.claimRef?.name) && status.phase === 'Bound')
    .map(({ metadata, spec: { csi } }) => ({
      name: metadata.name,
      glusterName: glusterNameOf(csi.volumeHandle),
    }));
}
