import { expect } from 'chai';
import type { Installation } from '../install/installed.ts';
import { mustExec } from '../objects/exec.ts';
import { claimed, pod } from '../objects/pod.ts';
import { remove, untilReady } from '../objects/wait.ts';
import { WRITER_PROGRAMS, type WriterPod } from '../writer/writer-pod.ts';

/** What a copy has of a writer's records. */
export interface Moment {
  /** The last record that is whole. */
  readonly last: number;
  /** Records below it that are not. */
  readonly gaps: number;
  /** Records that were acknowledged before the copy was asked for, and are not whole. */
  readonly lost: number;
}

export interface Look {
  /** The pod's name. */
  readonly name: string;
  /** The claims with the copies, in the order in which the writer has the originals. */
  readonly claims: readonly string[];
  readonly node: number;
  readonly writer: WriterPod;
  /** How many of its records were acknowledged before the copy was asked for. */
  readonly acknowledged: number;
}

/** Reads the copies back in a pod of its own, which is deleted again. */
export async function lookInto(installation: Installation, look: Look): Promise<Moment> {
  await startReader(installation, look);
  const moment = await readMoment(installation, look);
  await remove(installation.cluster, [`pod/${look.name}`]);
  return moment;
}

/** A pod that has the claims' volumes and what reads them back; resolves once it is ready. */
export async function startReader(
  { cluster, image }: Installation,
  { name, claims, node }: Pick<Look, 'name' | 'claims' | 'node'>,
): Promise<void> {
  const volumes = Object.fromEntries(claims.map((claim, i) => [directoryOf(i), claimed(claim)]));
  await cluster.apply(
    pod({
      name,
      image,
      node: cluster.node(node).name,
      security: { runAsUser: 0, runAsGroup: 0 },
      mounts: { ...volumes, '/writer': WRITER_PROGRAMS },
    }),
  );
  await untilReady(cluster, name);
}

export async function readMoment(
  { cluster }: Installation,
  { name, claims, writer, acknowledged }: Omit<Look, 'node'>,
): Promise<Moment> {
  const directories = claims.flatMap((_, i) => ['--directory', directoryOf(i)]);
  const check = ['node', '/writer/check.ts', '--name', writer.name, '--acknowledged', String(acknowledged)];
  return JSON.parse(await mustExec(cluster, name, [...check, ...directories])) as Moment;
}

/**
 * Expects of a copy what a moment of a writer is that waits for each record: all that it was told to be durable before,
 * one record after the other without a gap, and nothing of what it wrote after `until` records: the next may have been
 * on its way.
 */
export function expectMoment(moment: Moment, until: number): string {
  expect(moment.lost, 'records acknowledged before the copy was asked for, and not in it').to.equal(0);
  expect(moment.gaps, 'records missing before the last one').to.equal(0);
  expect(moment.last, 'the last record').to.be.within(1, until + 1);
  return `records 1 to ${moment.last}`;
}

function directoryOf(index: number): string {
  return `/copy-${index}`;
}
