import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Run on a node as `supervise.ts PROGRAMS`, with JSON: starts each program, and again whenever it ends, as an init
 * system does. Ends only with the node.
 */
export interface Supervised {
  readonly argv: readonly string[];
  /** Where stdout and stderr of all its lives go. */
  readonly log: string;
  /** Not started before this path is there. */
  readonly after?: string;
}

const RESTART_MS = 500;

async function supervise({ argv, log, after }: Supervised): Promise<never> {
  const [file = '', ...args] = argv;
  const output = openSync(log, 'a');
  for (;;) {
    while (after !== undefined && !existsSync(after)) await sleep(20);
    const child = spawn(file, args, { stdio: ['ignore', output, output], cwd: '/' });
    await new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
    await sleep(RESTART_MS);
  }
}

const programs = JSON.parse(process.argv[2] ?? '[]') as readonly Supervised[];
await Promise.all(programs.map(supervise));
