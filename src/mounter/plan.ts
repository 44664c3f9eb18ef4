import { type Client, isSuperseded, predecessorsOf } from './look.ts';
import type { Reason } from './report.ts';

/** `start`: another client in this one's place; `move`: the mounts of those that it was started for. */
export interface Task {
  readonly kind: 'start' | 'move';
  readonly reason: Reason;
  readonly client: Client;
  readonly predecessors: readonly Client[];
}

/**
 * What is to be done for the clients as they are found, the most urgent first. A client with a successor needs
 * nothing for itself. One that was started for another, and has to be replaced before it took over, is replaced
 * together with it. A client that is used nowhere is not replaced: it is released.
 */
export function planTasks(clients: readonly Client[], clientId: string): readonly Task[] {
  const tasks = clients
    .filter((client) => client.device !== undefined && !isSuperseded(client, clients))
    .flatMap((client) => toTask(client, clients, clientId) ?? []);
  return [
    ...tasks.filter(({ reason }) => reason === 'dead'),
    ...tasks.filter(({ reason }) => reason === 'old'),
  ];
}

/** True for a client that a mounter of another Gluster version started. */
export function isOld({ record, device }: Client, clientId: string): boolean {
  return device !== undefined && record?.clientId !== clientId;
}

/** True when the process has ended and the mounts are there still. */
export function isDead({ device, pid }: Client): boolean {
  return device !== undefined && pid === undefined;
}

function toTask(client: Client, clients: readonly Client[], clientId: string): Task | undefined {
  const predecessors = predecessorsOf(client, clients).filter(({ device }) => device !== undefined);
  const isUsed = client.uses.length > 0 || predecessors.length > 0;
  // Without a record it is not known what to start.
  const canStart = isUsed && client.record !== undefined && client.record.isPinned !== true;
  if (isDead(client)) {
    return canStart ? { kind: 'start', reason: 'dead', client, predecessors } : undefined;
  }
  if (predecessors.length > 0) {
    const reason = predecessors.some(isDead) ? 'dead' : 'old';
    return { kind: 'move', reason, client, predecessors };
  }
  if (!isOld(client, clientId) || !canStart) return undefined;
  return { kind: 'start', reason: 'old', client, predecessors };
}
