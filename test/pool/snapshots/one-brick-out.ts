import type { VolumeInfo } from '../../../src/glusterd2/wire.ts';
import type { Lab } from '../lab/lab.ts';
import { until } from '../lab/until.ts';
import { entriesToHeal } from '../lab/until-healed.ts';
import type { SnapshotApi } from './snapshot-api.ts';
import { type Acknowledged, checkStorms } from './storms.ts';

/** What is wrong with the writers' files of a volume while one brick after the other is down: the others say all. */
export async function checkWithoutEach(
  lab: Lab,
  api: SnapshotApi,
  volume: VolumeInfo,
  acknowledged: Acknowledged,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { host } of volume.subvols.flatMap(({ bricks }) => bricks)) {
    const server = lab.servers.find(({ name }) => name === host);
    await server?.machine.must([
      'pkill',
      '-KILL',
      '-f',
      `^/usr/sbin/glusterfsd -s ${host} --volfile-id ${volume.name}[.]`,
    ]);
    const at = await api.mount(volume.name);
    const seen = await checkStorms(lab.worker(1), at, acknowledged);
    await api.unmount(at);
    wrong.push(...seen.map((line) => `without the brick on ${host}: ${line}`));
    await lab.server(1).mustGluster(['volume', 'start', volume.name, 'force']);
    await until(`${volume.name} is healed`, () => healOnce(lab, volume), {
      timeoutMs: 120_000,
      everyMs: 500,
    });
  }
  return wrong;
}

/** A client that is unmounted leaves notes of its last changes, which the daemons look at every ten minutes only. */
async function healOnce(lab: Lab, { name, subvols }: VolumeInfo): Promise<boolean> {
  await lab.server(1).gluster(['volume', 'heal', name]);
  const entries = await entriesToHeal(lab.server(1), name);
  const bricks = subvols.flatMap((subvol) => subvol.bricks);
  return entries.length === bricks.length && entries.every((count) => count === 0);
}
