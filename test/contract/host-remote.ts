import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../src/control/fault.ts';
import type { BlockHost } from '../../src/staging/block/block-host.ts';
import { decode, encode, type HostReply } from './host-wire.ts';

export interface RemoteHost extends AsyncDisposable {
  readonly host: BlockHost;
  /** SIGKILL; calls under way fail. */
  kill(): void;
}

const DEADLINE_MS = 120_000;

/** The Linux host of another machine. `toArgv` makes of a command the one that runs it there. */
export function remoteHost(
  toArgv: (inside: readonly string[]) => readonly string[],
  deadlineMs = DEADLINE_MS,
): RemoteHost {
  const agent = fileURLToPath(new URL('host-agent.ts', import.meta.url));
  const [file = '', ...args] = toArgv([process.execPath, agent, String(deadlineMs)]);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map<number, (reply: HostReply) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply = decode<HostReply>(line);
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let last = 0;
  const send = async (method: keyof BlockHost, all: readonly unknown[]): Promise<unknown> => {
    last += 1;
    const id = last;
    const reply: HostReply = await Promise.race([
      new Promise<HostReply>((resolve) => {
        waiting.set(id, resolve);
        child.stdin.write(`${encode({ id, method, args: all.slice(0, -1) })}\n`);
      }),
      ended.then(() => ({ id, error: { kind: undefined, message: 'the agent ended' } })),
    ]);
    if (reply.error === undefined) return reply.value;
    const { kind, message } = reply.error;
    throw kind === undefined ? new Error(message) : new Fault(kind, message);
  };
  const host = new Proxy({} as BlockHost, {
    get: (_, name) => {
      const method = name as keyof BlockHost;
      return (...all: unknown[]) => send(method, method === 'mounts' ? [undefined] : all);
    },
  });
  return {
    host,
    kill: () => killChild(child.pid),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

/** nsenter stays in front of the program that it runs. */
function killChild(pid: number | undefined): void {
  if (pid === undefined) return;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  for (const child of children) process.kill(Number(child), 'SIGKILL');
}
