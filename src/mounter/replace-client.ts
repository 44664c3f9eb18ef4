import type { Call } from '../control/call.ts';
import type { MounterContext } from './context.ts';
import { endClient, recordDevice } from './end-client.ts';
import { type Client, look } from './look.ts';
import { moveMounts } from './move-mounts.ts';
import { isDead, planTasks, type Task } from './plan.ts';
import { podsAt } from './pod-of.ts';
import { startClient } from './start-client.ts';

/** `done`: nothing is left to do; `later`: mounts of the old client are left, or it is not the time. */
export type Outcome = 'done' | 'later';

/**
 * Does one task of the plan: starts a client in the place of one that is dead or old, if need be, moves all mounts to
 * it, and ends the old one once none is left. Looks again first. What a kill leaves at any step is a task of the next
 * look. Throws what starting a client throws.
 */
export async function replaceClient(context: MounterContext, task: Task, call: Call): Promise<Outcome> {
  const ids = [task.client, ...task.predecessors].map(({ id }) => id);
  using claim = context.claims.claim(...ids);
  if (claim === undefined) return 'later';
  const again = planTasks(await look(context.machine), context.clientId).find(
    ({ kind, client }) => kind === task.kind && client.id === task.client.id,
  );
  // Somebody else was faster, or the mounts went away.
  if (again === undefined) return 'done';
  if (!again.predecessors.every(({ id }) => ids.includes(id))) return 'later';
  return again.kind === 'start' ? startAndMove(context, again, call) : moveAll(context, again, call);
}

async function startAndMove(context: MounterContext, task: Task, call: Call): Promise<Outcome> {
  const { client, predecessors, reason } = task;
  const { record } = client;
  if (record === undefined || !(await isTime(context, task, call))) return 'later';
  const { servers, volume, subdirectory, target, options } = record;
  const before = [client, ...predecessors];
  const replaces = before.map(({ id }) => id);
  const place = subdirectory === undefined ? {} : { subdirectory };
  using started = await startClient(context, { servers, volume, ...place, target, options, replaces }, call);
  return take(context, { volume, source: started.mountPoint, reason, from: before }, call);
}

async function moveAll(context: MounterContext, task: Task, call: Call): Promise<Outcome> {
  const { client, predecessors, reason } = task;
  // It may have lost its servers since it was started; then the old one's mounts are no worse.
  if ((await context.machine.probe(client.mountPoint, call)) !== 'directory') return 'later';
  await recordDevice(context.machine, client);
  const volume = client.record?.volume ?? '';
  return take(context, { volume, source: client.mountPoint, reason, from: predecessors }, call);
}

/** A slow client is not dead, and one that does not answer is not swapped: the pods' open files would not notice. */
async function isTime(context: MounterContext, { client, reason }: Task, call: Call): Promise<boolean> {
  const path = client.isMounted ? client.mountPoint : client.uses[0]?.target;
  if (path === undefined) return false;
  const state = await context.machine.probe(path, call);
  if (reason === 'dead') return state === 'dead';
  if (state === 'directory' && client.isMounted) return true;
  const why = WHY_KEPT[state] ?? 'it is not mounted where it was started';
  const { volume = '', clientId = '' } = client.record ?? {};
  context.report.keptOld({ id: client.id, volume, clientId, why });
  return false;
}

const WHY_KEPT: Readonly<Record<string, string>> = {
  hung: 'it does not answer; it is replaced once its servers do',
  offline: 'it has lost its servers; it is replaced once they are back',
};

interface Taking extends Pick<Task, 'reason'> {
  readonly volume: string;
  /** The new client's mount point. */
  readonly source: string;
  readonly from: readonly Client[];
}

async function take(context: MounterContext, taking: Taking, call: Call): Promise<Outcome> {
  let mounts = 0;
  let isDone = true;
  for (const old of taking.from) {
    const result = await takeFrom(context, { ...taking, old }, call);
    mounts += result.replaced;
    isDone &&= result.isDone;
  }
  const { volume, reason, from } = taking;
  if (mounts > 0) {
    context.report.replaced({ volume, reason, mounts, pods: podsAt(from.flatMap(({ uses }) => uses)) });
  }
  return isDone ? 'done' : 'later';
}

async function takeFrom(
  context: MounterContext,
  { old, volume, source }: Taking & { readonly old: Client },
  call: Call,
): Promise<{ readonly replaced: number; readonly isDone: boolean }> {
  const { machine, report } = context;
  const { device } = old;
  if (device === undefined) return { replaced: 0, isDone: true };
  const mode = isDead(old) ? 'dead' : 'live';
  if (mode === 'live' && (await machine.probe(old.mountPoint, call)) !== 'directory') {
    return { replaced: 0, isDone: false };
  }
  const { replaced, left, seen } = await moveMounts(machine, { device, source, mode }, call);
  const seenLeft = left.filter(({ isCovered }) => !isCovered);
  for (const one of seenLeft) {
    report.notRepaired({ volume, pod: one.pod, why: `${one.target}: ${one.why}` });
  }
  if (mode === 'dead' && !(await machine.hasHostPids())) {
    for (const pod of podsAt(old.uses).filter((uid) => !seen.has(uid))) {
      report.notRepaired({ volume, pod, why: HIDDEN });
    }
  }
  if (seenLeft.length > 0) return { replaced, isDone: false };
  await endClient(machine, old, call);
  return { replaced, isDone: true };
}

const HIDDEN =
  'its containers cannot be seen from here; restart the pod, or grant the mounter hostPID so that it repairs them';
