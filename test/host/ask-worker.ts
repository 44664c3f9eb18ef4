import { fileURLToPath } from 'node:url';
import { Fault, type FaultKind } from '../../src/control/fault.ts';
import type { ClientCgroupsOptions } from '../../src/host/client-cgroup.ts';
import type { MountNamespace } from '../../src/host/namespaces.ts';
import type { Remount, RemountOutcome } from '../../src/host/remount.ts';
import type { Mount } from '../../src/staging/host.ts';
import type { Machine } from '../pool/lab/machine.ts';

/** What `on-worker.ts` can be asked. */
export interface WorkerCalls {
  remount(remount: Remount & { program: string; deadlineMs: number }): Promise<RemountOutcome>;
  listNamespaces(): Promise<readonly MountNamespace[]>;
  listNamespacesOften(times: number): Promise<readonly number[]>;
  readMountsOf(pid: number): Promise<readonly Mount[] | undefined>;
  hasHostPids(): Promise<boolean>;
  prepareCgroup(options: ClientCgroupsOptions, id: string): Promise<readonly string[]>;
  removeEmptyCgroups(options: ClientCgroupsOptions, inUse: readonly string[]): Promise<readonly string[]>;
}

export interface WorkerReply {
  readonly value?: unknown;
  readonly error?: { readonly kind: FaultKind | undefined; readonly message: string };
}

const PROGRAM = fileURLToPath(new URL('on-worker.ts', import.meta.url));

/** Calls a function of src/host on the worker; `before` is put before the program, to change what it lives in. */
export async function askWorker<Name extends keyof WorkerCalls>(
  worker: Machine,
  name: Name,
  args: Parameters<WorkerCalls[Name]>,
  before: readonly string[] = [],
): Promise<Awaited<ReturnType<WorkerCalls[Name]>>> {
  const inside = args.map((arg: unknown) => JSON.stringify(arg));
  const text = await worker.must([...before, process.execPath, PROGRAM, name, ...inside]);
  const { value, error } = JSON.parse(text) as WorkerReply;
  if (error === undefined) return value as Awaited<ReturnType<WorkerCalls[Name]>>;
  throw error.kind === undefined ? new Error(error.message) : new Fault(error.kind, error.message);
}
