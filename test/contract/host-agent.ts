import { createInterface } from 'node:readline';
import { isFault } from '../../src/control/fault.ts';
import { type RunningServer, serve } from '../../src/grpc/server.ts';
import { createLinuxBlockHost } from '../../src/host/linux-block-host.ts';
import type { RemountFunction } from '../../src/host/remount.ts';
import { Claims } from '../../src/mounter/claims.ts';
import { createLinuxMachine } from '../../src/mounter/linux-machine.ts';
import { mounterHost } from '../../src/mounter/mounter-host.ts';
import { mounterService } from '../../src/mounter/mounter-service.ts';
import { log } from '../../src/telemetry/log.ts';
import { silentReport } from '../fakes/silent-report.ts';
import { decode, encode, type HostReply, type HostRequest } from './host-wire.ts';

/**
 * Serves the Linux host, with what block volumes need, or with a second argument that of a node service whose mounter keeps its clients in that
 * directory, over stdin and stdout, a JSON document a line, so that a test may use the host of another
 * machine: it is started in that machine's namespaces. Ends with its stdin.
 */
log.level = 'fatal';
const deadlineMs = Number(process.argv[2]);
const directory = process.argv[3];
const endpoint = `unix://${directory}/mounter.sock`;
const server = directory === undefined ? undefined : await serveMounter(directory);
const host = server === undefined ? createLinuxBlockHost() : mounterHost(createLinuxBlockHost(), endpoint);
for await (const line of createInterface({ input: process.stdin })) {
  const request = decode<HostRequest>(line);
  void answer(request).then((reply) => process.stdout.write(`${encode(reply)}\n`));
}
await server?.stop(0);

async function answer({ id, method, args }: HostRequest): Promise<HostReply> {
  try {
    const call = { id: 'agent', signal: AbortSignal.timeout(deadlineMs) };
    const work: unknown = Reflect.apply(host[method], host, [...args, call]);
    return { id, value: await work };
  } catch (error) {
    if (!isFault(error)) return { id, error: { kind: undefined, message: String(error) } };
    return { id, error: { kind: error.kind, message: error.message } };
  }
}

/** The mounter serves; it does not watch: what a test does to its clients stays done. */
function serveMounter(directory: string): Promise<RunningServer> {
  const remount: RemountFunction = () => Promise.reject(new Error('nothing is replaced here'));
  const machine = createLinuxMachine({ directory, cgroups: undefined, remount });
  const context = { machine, clientId: 'contract', claims: new Claims(), report: silentReport };
  return serve({ endpoint, services: [mounterService(context)] });
}
