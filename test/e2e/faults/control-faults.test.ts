import { expect } from 'chai';
import { until } from '../../pool/lab/until.ts';
import { claim, NAMESPACE_OF_TESTS } from '../objects/claim.ts';
import { untilGone, volumeOf } from '../objects/volume.ts';
import { untilBound } from '../objects/wait.ts';
import { scenario } from '../scenario.ts';
import { expectUntouched } from '../writer/expect-verdict.ts';
import { pidsOf } from './processes.ts';
import { underWriters } from './under-writers.ts';

const CLAIMS = 20;

describe('faults of the control path, under writers', () => {
  scenario('the controllers killed in the middle of 20 claims', {}, async (installation, times) => {
    const { cluster } = installation;
    const { all } = await underWriters(installation, async () => {
      for (let i = 0; i < times; i += 1) await twentyClaims(`many-${i}`);
    });
    return expectUntouched(all);

    async function twentyClaims(prefix: string): Promise<void> {
      const names = Array.from({ length: CLAIMS }, (_, i) => `${prefix}-${i}`);
      const items = names.map((name) => claim({ name, storage: '32Mi' }));
      await cluster.apply({ apiVersion: 'v1', kind: 'List', items });
      await until('some are bound, and some are not', async () => (await boundOf(names)) > 1, {
        everyMs: 100,
      });
      const bound = await boundOf(names);
      expect(bound).to.be.below(CLAIMS);
      for (const node of cluster.nodes) {
        const pids = await pidsOf(node, 'controller');
        if (pids.length > 0) await node.must(['kill', '-KILL', ...pids.map(String)]);
      }
      for (const name of names) await untilBound(cluster, name);
      const volumes = await Promise.all(names.map((name) => volumeOf(cluster, name)));
      await cluster.mustKubectl([
        ...['delete', `--namespace=${NAMESPACE_OF_TESTS}`, '--timeout=110s'],
        ...names.map((name) => `pvc/${name}`),
      ]);
      for (const volume of volumes) await untilGone(cluster, volume);
    }

    async function boundOf(names: readonly string[]): Promise<number> {
      const { items } = await cluster.json<{
        readonly items: readonly {
          readonly metadata: { readonly name: string };
          readonly status: { readonly phase: string };
        }[];
      }>(['get', 'pvc', `--namespace=${NAMESPACE_OF_TESTS}`]);
      return items.filter(({ metadata, status }) => names.includes(metadata.name) && status.phase === 'Bound')
        .length;
    }
  });
});
