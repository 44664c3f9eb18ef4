import { createInterface } from 'node:readline';
import { isFault } from '../../src/control/fault.ts';
import { createLinuxHost } from '../../src/host/linux-host.ts';
import { decode, encode, type HostReply, type HostRequest } from './host-wire.ts';

/**
 * Serves the Linux host over stdin and stdout, a JSON document a line, so that a test may use the host of another
 * machine: it is started in that machine's namespaces. Ends with its stdin.
 */
const deadlineMs = Number(process.argv[2]);
const host = createLinuxHost();
for await (const line of createInterface({ input: process.stdin })) {
  const request = decode<HostRequest>(line);
  void answer(request).then((reply) => process.stdout.write(`${encode(reply)}\n`));
}

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
