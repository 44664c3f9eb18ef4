import { Counter, Gauge, Histogram } from 'prom-client';
import { VERSION } from '../version.ts';
import { toCommandLabel } from './command-label.ts';
import { log } from './log.ts';
import { observeProcess } from './process-metrics.ts';
import { registry } from './registry.ts';

/** Seconds. Calls and commands here take from a millisecond to two minutes. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const registers = [registry];
const REASONS = ['dead', 'old'] as const;
const OUTCOMES = ['ok', 'failed'] as const;

const rpcs = new Histogram({
  name: 'gluster_csi_rpc_duration_seconds',
  help: 'Time from the arrival of a gRPC call to its answer.',
  labelNames: ['service', 'method', 'code'] as const,
  buckets: BUCKETS,
  registers,
});
const commands = new Histogram({
  name: 'gluster_csi_command_duration_seconds',
  help: 'Time that a command ran.',
  labelNames: ['command', 'outcome'] as const,
  buckets: BUCKETS,
  registers,
});
const requests = new Histogram({
  name: 'gluster_csi_http_request_duration_seconds',
  help: 'Time from the arrival of a request to the gateway to its answer.',
  labelNames: ['route', 'method', 'status'] as const,
  buckets: BUCKETS,
  registers,
});
const clients = new Gauge({
  name: 'gluster_csi_clients',
  help: 'glusterfs clients of this node, by whether their process is there.',
  labelNames: ['state'] as const,
  registers,
});
const oldClients = new Gauge({
  name: 'gluster_csi_old_clients',
  help: 'Living glusterfs clients that are of another release than one started now would be.',
  registers,
});
// Without labels it would begin as 0 in roles that have no clients.
oldClients.remove();
const replacements = new Counter({
  name: 'gluster_csi_client_replacements_total',
  help: 'glusterfs clients that were to be replaced under their mounts, by why and how it ended.',
  labelNames: ['reason', 'outcome'] as const,
  registers,
});

let countMounts: (() => Promise<MountCounts>) | undefined;
new Gauge({
  name: 'gluster_csi_mounts',
  help: 'GlusterFS mounts of this node, by what kubelet had them made for.',
  labelNames: ['state'] as const,
  registers,
  async collect() {
    this.reset();
    try {
      const counts = await countMounts?.();
      if (counts === undefined) return;
      this.set({ state: 'staged' }, counts.staged);
      this.set({ state: 'published' }, counts.published);
    } catch (error) {
      // The others are still worth telling.
      log.warn({ err: error }, 'mounts cannot be counted');
    }
  },
});

new Gauge({
  name: 'gluster_csi_build_info',
  help: 'Always 1; the labels tell which program this is.',
  labelNames: ['version', 'node'] as const,
  registers,
}).set({ version: VERSION, node: process.version }, 1);

observeProcess();

/** One RPC that was answered. `code` is gRPC's name of it: `OK`, `NOT_FOUND`. */
export interface RpcObservation {
  /** Full name of the service: `csi.v1.Node`. */
  readonly service: string;
  readonly method: string;
  readonly code: string;
  readonly seconds: number;
}

export function observeRpc({ seconds, ...labels }: RpcObservation): void {
  rpcs.observe(labels, seconds);
}

/** How a command ended: with exit code 0, otherwise, killed by its deadline or caller, or not as it should. */
export type CommandOutcome = 'ok' | 'failed' | 'timed-out' | 'cancelled' | 'missing' | 'oversized';

/** One command that was run; of `argv` the program's base name is kept, if it is a known one. */
export function observeCommand(argv: readonly string[], outcome: CommandOutcome, seconds: number): void {
  commands.observe({ command: toCommandLabel(argv), outcome }, seconds);
}

/** One request to the gateway. */
export interface RequestObservation {
  /** The pattern that the path matched, never the path; undefined for none. */
  readonly route: string | undefined;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

export function observeRequest({ route, method, status, seconds }: RequestObservation): void {
  // A client may name any method; only those of a route are bounded.
  requests.observe(
    { route: route ?? 'other', method: route === undefined ? 'other' : method, status },
    seconds,
  );
}

/** The glusterfs clients of this node, as last looked at. */
export function setClients({ live, dead, old }: { live: number; dead: number; old: number }): void {
  clients.set({ state: 'live' }, live);
  clients.set({ state: 'dead' }, dead);
  oldClients.set(old);
  // A counter that begins with its first event hides it from rate().
  for (const reason of REASONS) for (const outcome of OUTCOMES) replacements.inc({ reason, outcome }, 0);
}

/** One attempt to put a new client under the mounts of one that is dead or old. */
export function countReplacement(reason: (typeof REASONS)[number], outcome: (typeof OUTCOMES)[number]): void {
  replacements.inc({ reason, outcome });
}

export interface MountCounts {
  readonly staged: number;
  readonly published: number;
}

/** Names what counts this node's mounts whenever metrics are asked for. It must not touch a mounted path. */
export function reportMounts(count: () => Promise<MountCounts>): void {
  countMounts = count;
}
