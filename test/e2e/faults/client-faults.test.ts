import { expect } from 'chai';
import { until } from '../../pool/lab/until.ts';
import { untilEvent } from '../objects/events.ts';
import { volumeOf } from '../objects/volume.ts';
import { scenario } from '../scenario.ts';
import { expectNothingLost } from '../writer/expect-verdict.ts';
import { describeVerdict, errorsIn } from '../writer/verdict.ts';
import { distribution } from './figures.ts';
import { clientsOf } from './processes.ts';
import { underWriters } from './under-writers.ts';

const WRITES_AGAIN_MS = 10_000;

describe('faults of a client, under writers', () => {
  scenario('kill -9 of the glusterfs client', { repeat: 20 }, async (installation, times) => {
    const { cluster } = installation;
    const node = cluster.node(1);
    const gaps: number[] = [];
    const { all, two } = await underWriters(installation, async ({ one }) => {
      const { glusterName } = await volumeOf(cluster, 'faults');
      for (let i = 0; i < times; i += 1) {
        const clients = await clientsOf(node, glusterName);
        expect(clients, 'clients of the volume on w1').to.have.lengthOf(1);
        const killed = Date.now();
        await node.must(['kill', '-KILL', String(clients[0])]);
        let again = 0;
        await until(
          'the writer writes again',
          async () => {
            const entries = await one.journal();
            again = entries.find(({ event, at }) => event === 'gap' && at > killed)?.at ?? 0;
            return again > 0;
          },
          { timeoutMs: 60_000, everyMs: 100 },
        );
        gaps.push(again - killed);
        await one.goesOn(5);
      }
      await untilEvent(cluster, 'Pod/writer-1', /GlusterClientReplaced/);
    });
    expectNothingLost(all);
    expect(errorsIn(two), 'errors of the writer on the other node').to.equal(0);
    expect(Math.max(...gaps), `ms until the writer wrote again: ${gaps.join(', ')}`).to.be.below(
      WRITES_AGAIN_MS,
    );
    return `writes again after ${distribution(gaps)}; ${describeVerdict(all)}`;
  });
});
