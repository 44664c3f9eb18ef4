import type { Installation } from '../install/installed.ts';
import { claim } from '../objects/claim.ts';
import { removeWithVolume } from '../objects/volume.ts';
import { joinVerdicts, type Verdict } from '../writer/verdict.ts';
import { WriterPod } from '../writer/writer-pod.ts';

const CLAIM = 'faults';

export interface Writers {
  /** On worker 1, where faults happen. */
  readonly one: WriterPod;
  /** On worker 2. */
  readonly two: WriterPod;
}

let started: Promise<Writers> | undefined;

/** Two writers on two nodes and one volume, that write through all faults of the run. */
export function writers(installation: Installation): Promise<Writers> {
  started ??= startWriters(installation);
  return started;
}

/** Deletes the writers and their volume; none started is success. */
export async function removeWriters(installation: Installation): Promise<void> {
  if (started === undefined) return;
  const { one, two } = await started;
  await Promise.all([one.delete(), two.delete()]);
  await removeWithVolume(installation.cluster, CLAIM);
  started = undefined;
}

/**
 * Does something to the cluster while both write, waits until both go on writing after it, and has each read back
 * everything that the other one ever wrote.
 */
export async function underWriters(
  installation: Installation,
  act: (writers: Writers) => Promise<unknown>,
): Promise<{ readonly all: Verdict; readonly one: Verdict; readonly two: Verdict }> {
  const both = await writers(installation);
  const since = Date.now();
  await act(both);
  await Promise.all([both.one.goesOn(), both.two.goesOn()]);
  const [one, two] = await Promise.all([
    both.one.verdict(since, both.two),
    both.two.verdict(since, both.one),
  ]);
  return { all: joinVerdicts([one, two]), one, two };
}

async function startWriters(installation: Installation): Promise<Writers> {
  await installation.cluster.apply(claim({ name: CLAIM, storage: '1Gi' }));
  const [one, two] = await Promise.all([
    WriterPod.start(installation, { name: 'writer-1', claim: CLAIM, node: 1 }),
    WriterPod.start(installation, { name: 'writer-2', claim: CLAIM, node: 2 }),
  ]);
  return { one, two };
}
