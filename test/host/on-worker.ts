import { isFault } from '../../src/control/fault.ts';
import { createClientCgroups } from '../../src/host/client-cgroup.ts';
import { hasHostPids, listNamespaces, readMountsOf } from '../../src/host/namespaces.ts';
import { createRemount, type Remount } from '../../src/host/remount.ts';
import type { WorkerCalls, WorkerReply } from './ask-worker.ts';

/**
 * Calls one function of src/host in the namespaces that it is started in, as `on-worker.ts NAME [ARGUMENT...]` with
 * arguments in JSON, and prints a `WorkerReply`.
 */
const functions: WorkerCalls = {
  remount: ({ program, deadlineMs, ...remount }: Remount & { program: string; deadlineMs: number }) =>
    createRemount({ program })(remount, { id: 'test', signal: AbortSignal.timeout(deadlineMs) }),
  listNamespaces,
  listNamespacesOften,
  readMountsOf,
  hasHostPids,
  prepareCgroup: (options, id) => createClientCgroups(options).prepare(id),
  removeEmptyCgroups: (options, inUse) => createClientCgroups(options).removeEmpty(new Set(inUse)),
};

const [name = '', ...args] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await answer()));

async function answer(): Promise<WorkerReply> {
  try {
    const work = functions[name as keyof WorkerCalls] as (...all: unknown[]) => unknown;
    return { value: await work(...args.map((arg): unknown => JSON.parse(arg))) };
  } catch (error) {
    return {
      error: { kind: isFault(error) ? error.kind : undefined, message: String((error as Error).message) },
    };
  }
}

/** The numbers of namespaces that so many listings found. */
async function listNamespacesOften(times: number): Promise<readonly number[]> {
  const counts = [];
  for (let n = 0; n < times; n += 1) counts.push((await listNamespaces()).length);
  return counts;
}
