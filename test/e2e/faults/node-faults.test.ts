import { expect } from 'chai';
import { NAMESPACE } from '../install/chart-values.ts';
import { untilRegistered } from '../install/install-chart.ts';
import { podOn } from '../objects/roles.ts';
import { remove } from '../objects/wait.ts';
import { scenario } from '../scenario.ts';
import { expectNothingLost, expectUntouched } from '../writer/expect-verdict.ts';
import { errorsIn } from '../writer/verdict.ts';
import { killRole, untilRoleReady } from './processes.ts';
import { underWriters } from './under-writers.ts';

describe('faults of a node, under writers', () => {
  scenario('kill -9 of the node driver', { repeat: 100 }, async (installation, times) => {
    const { cluster } = installation;
    const { all } = await underWriters(installation, async () => {
      for (let i = 0; i < times; i += 1) await killRole(cluster, 'node', 1);
      await untilRegistered(cluster, 'w1');
    });
    return expectUntouched(all);
  });

  scenario("kill -9 of the mounter's own process", { repeat: 20 }, async (installation, times) => {
    const { all } = await underWriters(installation, async () => {
      for (let i = 0; i < times; i += 1) await killRole(installation.cluster, 'mounter', 1);
    });
    return expectUntouched(all);
  });

  scenario('the node pod deleted', {}, async (installation, times) => {
    const { cluster } = installation;
    const { all } = await underWriters(installation, async () => {
      for (let i = 0; i < times; i += 1) {
        const { name, uid } = await podOn(cluster, 'node', 1);
        await remove(cluster, [`pod/${name}`], NAMESPACE);
        await untilRoleReady(cluster, 'node', 1, uid);
      }
      await untilRegistered(cluster, 'w1');
    });
    return expectUntouched(all);
  });

  scenario('the mounter pod deleted', {}, async (installation, times) => {
    const { cluster } = installation;
    const { all } = await underWriters(installation, async () => {
      for (let i = 0; i < times; i += 1) {
        const { name, uid } = await podOn(cluster, 'mounter', 1);
        await remove(cluster, [`pod/${name}`], NAMESPACE);
        await untilRoleReady(cluster, 'mounter', 1, uid);
      }
    });
    return expectUntouched(all);
  });

  scenario('kubelet restarted', {}, async (installation, times) => {
    const { cluster } = installation;
    const { all } = await underWriters(installation, async () => {
      for (let i = 0; i < times; i += 1) await cluster.node(1).restartKubelet('KILL');
      await untilRegistered(cluster, 'w1');
    });
    return expectUntouched(all);
  });

  scenario('power cut of a worker', {}, async (installation, times) => {
    const { cluster } = installation;
    const { all, two } = await underWriters(installation, async (writers) => {
      for (let i = 0; i < times; i += 1) {
        await cluster.node(1).powerCut();
        // The pods of the other node go on meanwhile.
        await writers.two.goesOn(50);
        await cluster.node(1).boot();
        await writers.one.goesOn(5, 120_000);
      }
    });
    expect(errorsIn(two), 'errors of the writer on the other node').to.equal(0);
    return expectNothingLost(all);
  });
});
