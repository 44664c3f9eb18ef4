import { type Call, checkpoint } from '../control/call.ts';
import { type Fault, isFault } from '../control/fault.ts';
import type { MountNamespace } from '../host/namespaces.ts';
import type { Remount, RemountOutcome } from '../host/remount.ts';
import type { Mount } from '../staging/host.ts';
import type { Machine } from './machine.ts';
import { podOf } from './pod-of.ts';
import { findMountsOf, usesOf } from './scan.ts';

/** Containers that start meanwhile are found by looking again. */
const MOST_ROUNDS = 5;

export interface Move {
  /** Of the file system that gives way. */
  readonly device: string;
  /** The new client's mount point. */
  readonly source: string;
  readonly mode: Remount['mode'];
}

/** A mount that still is the old client's. */
export interface Left {
  /** Undefined: in a namespace of no pod. */
  readonly pod: string | undefined;
  readonly target: string;
  readonly why: string;
  /** Something newer lies on it: nobody sees it, it goes with its pod, and its client need not be kept in mind. */
  readonly isCovered: boolean;
}

export interface Moved {
  readonly replaced: number;
  readonly left: readonly Left[];
  /** Uids of the pods whose namespaces were seen. */
  readonly seen: ReadonlySet<string>;
}

/**
 * Puts a new client's file system in the place of an old one's, in all mount namespaces, the host's first: others
 * get the change from it by propagation. Each namespace is read just before its turn. One mount that cannot be
 * replaced does not stop the others. It may be killed anywhere and done again: what is replaced is found no more.
 * The device number is the old client's alone for as long as its own mount point is mounted, which the caller keeps.
 */
export async function moveMounts(machine: Machine, move: Move, call: Call): Promise<Moved> {
  const left = new Map<string, Left>();
  const seen = new Set<string>();
  let replaced = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    for (const namespace of await machine.namespaces()) {
      const result = await moveIn(machine, { namespace, move, left }, call);
      replaced += result.replaced;
      if (result.pod !== undefined) seen.add(result.pod);
    }
    const found = (await findMountsOf(machine, move.device)).map(({ namespace, mount }) =>
      keyOf(namespace, mount),
    );
    for (const key of left.keys()) if (!found.includes(key)) left.delete(key);
    if (found.every((key) => left.has(key))) break;
  }
  return { replaced, left: [...left.values()], seen };
}

interface Work {
  readonly namespace: MountNamespace;
  readonly move: Move;
  /** What could not be replaced so far, by namespace and mount. */
  readonly left: Map<string, Left>;
}

async function moveIn(machine: Machine, { namespace, move, left }: Work, call: Call) {
  const tried = new Set<number>();
  let replaced = 0;
  for (;;) {
    checkpoint(call);
    const mounts = (await machine.mountsOf(namespace.pid)) ?? [];
    const pod = podOf(mounts);
    const mount = usesOf(mounts, move.device).find(
      ({ id }) => !tried.has(id) && !left.has(`${namespace.namespace} ${id}`),
    );
    if (mount === undefined) return { replaced, pod };
    tried.add(mount.id);
    const outcome = await moveOne(machine, { ...move, pid: namespace.pid, mount }, call);
    if (outcome === 'replaced') replaced += 1;
    else left.set(keyOf(namespace, mount), { pod, target: mount.target, ...toLeft(outcome) });
  }
}

/** The outcome, or why it failed in words. */
async function moveOne(machine: Machine, remount: Remount, call: Call): Promise<RemountOutcome | Fault> {
  try {
    return await machine.remount(remount, call);
  } catch (error) {
    if (!isFault(error) || isFault(error, 'cancelled')) throw error;
    return error;
  }
}

function keyOf({ namespace }: MountNamespace, { id }: Mount): string {
  return `${namespace} ${id}`;
}

function toLeft(outcome: Exclude<RemountOutcome, 'replaced'> | Fault): Pick<Left, 'why' | 'isCovered'> {
  if (typeof outcome !== 'string') return { why: outcome.message, isCovered: false };
  return { why: WORDS[outcome], isCovered: outcome === 'stacked' || outcome === 'changed' };
}

const WORDS: Readonly<Record<Exclude<RemountOutcome, 'replaced'>, string>> = {
  stacked: 'the new mount lies on top of it',
  changed: 'another mount lies on top of it',
  alive: 'it answers although its client has ended; look at the node',
  gone: 'the directory or file that it showed is not in the volume any more; restart the pod',
};
