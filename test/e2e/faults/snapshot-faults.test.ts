import { expect } from 'chai';
import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { claim, NAMESPACE_OF_TESTS } from '../objects/claim.ts';
import { removeSnapshots, untilSnapshotReady, volumeSnapshot } from '../objects/snapshot.ts';
import { removeWithVolume } from '../objects/volume.ts';
import { scenario } from '../scenario.ts';
import { expectMoment, lookInto } from '../snapshots/moment.ts';
import { expectUntouched } from '../writer/expect-verdict.ts';
import { describeVerdict } from '../writer/verdict.ts';
import { killControllers } from './processes.ts';
import { underWriters, type Writers } from './under-writers.ts';

const SNAPSHOTS = 10;
const CLAIM = 'faults';

describe('faults around snapshots, under writers', () => {
  scenario('snapshots: the controllers killed in the middle of 10', {}, async (installation, times) => {
    const told: string[] = [];
    const { all } = await underWriters(installation, async (writers) => {
      for (let i = 0; i < times; i += 1) {
        const names = Array.from({ length: SNAPSHOTS }, (_, n) => `of-many-${i}-${n}`);
        const { sequence: acknowledged } = await writers.one.acknowledged();
        told.push(await takeAll(installation.cluster, names));
        const [first = ''] = names;
        told.push(await restored(installation, { snapshot: first, writers, acknowledged }));
        await removeSnapshots(installation.cluster, names);
      }
    });
    return `${told.join(', ')}; ${describeVerdict(expectUntouched(all))}`;
  });
});

async function takeAll(cluster: Cluster, names: readonly string[]): Promise<string> {
  const started = performance.now();
  // A scenario that failed before this one may have left some.
  const before = await countOnServers(cluster);
  const items = names.map((name) => volumeSnapshot({ name, claim: CLAIM }));
  await cluster.apply({ apiVersion: 'v1', kind: 'List', items });
  let ready = 0;
  await until(
    'some are ready',
    async () => {
      ready = await countReady(cluster, names);
      return ready > 1;
    },
    { everyMs: 100 },
  );
  expect(ready, 'snapshots ready before the kill').to.be.below(names.length);
  await killControllers(cluster);
  const all = await Promise.all(names.map((name) => untilSnapshotReady(cluster, name)));
  const handles = new Set(all.map(({ handle }) => handle));
  expect(handles.size, 'snapshots, each one of its own').to.equal(names.length);
  const onServers = await countOnServers(cluster);
  expect(onServers - before, 'snapshots on the servers').to.equal(names.length);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return `killed with ${ready} ready, ${names.length} ready after ${seconds} s`;
}

/** Makes a claim of the snapshot, reads it back, and deletes it. */
async function restored(
  installation: Parameters<typeof lookInto>[0],
  of: { readonly snapshot: string; readonly writers: Writers; readonly acknowledged: number },
): Promise<string> {
  const { cluster } = installation;
  const { one: writer } = of.writers;
  const { sequence: until } = await writer.acknowledged();
  const name = `${of.snapshot}-again`;
  const source = { kind: 'VolumeSnapshot', name: of.snapshot } as const;
  await cluster.apply(claim({ name, source, storage: '1Gi' }));
  const moment = await lookInto(installation, {
    ...{ name, claims: [name], node: 2 },
    ...{ writer, acknowledged: of.acknowledged },
  });
  await removeWithVolume(cluster, name);
  return expectMoment(moment, until);
}

async function countReady(cluster: Cluster, names: readonly string[]): Promise<number> {
  const list = ['get', 'volumesnapshots', `--namespace=${NAMESPACE_OF_TESTS}`];
  const { items } = await cluster.json<{ readonly items: readonly SnapshotObject[] }>(list);
  return items.filter(({ metadata, status }) => names.includes(metadata.name) && status?.readyToUse === true)
    .length;
}

interface SnapshotObject {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly readyToUse?: boolean };
}

/** Snapshots that the first server has a part of. */
async function countOnServers(cluster: Cluster): Promise<number> {
  const [server] = cluster.lab.servers;
  if (server === undefined) throw new Error('the lab has no server');
  const folders = server.devices.map((device) => `${device}/snapshots`);
  const { stdout } = await server.machine.exec(['find', ...folders, '-mindepth', '1', '-maxdepth', '1']);
  return stdout.split('\n').filter((line) => line !== '').length;
}
