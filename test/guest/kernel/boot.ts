import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, globSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { follow } from './follow.ts';
import { ensurePtraceShim } from './ptrace-shim.ts';

export interface GuestOptions {
  /** An empty folder of the caller's, who removes it. */
  readonly folder: string;
  /** What the guest sees besides the root file system even if it lies in /tmp, of which it has one of its own. */
  readonly repository: string;
  /** Run in the guest, in the repository. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Called with what the command prints, as it does. */
  readonly print: (text: Buffer) => void;
}

/** Seconds until the guest runs its command; on an idle machine it takes two. */
const BOOT_SECONDS = 180;
const MEMORY = '5G';
const CONSOLE_LINES = 30;
const CALL_TRACE = /^ ?\[<|^\s*$/;
const INIT = fileURLToPath(new URL('init.sh', import.meta.url));

/**
 * Boots user-mode Linux, a kernel that is a process of this machine, runs one command in it and resolves with its exit
 * code. The guest sees this machine's root file system, root rights and all, and keeps what it writes in memory. Nothing of it outlives the call or this process.
 * Throws an Error with the end of the console when the guest does not boot, or ends before the command does.
 */
export async function runInGuest(options: GuestOptions): Promise<number> {
  const files = filesIn(options.folder);
  await mkdir(files.memory);
  await writeFile(files.command, toScript(options));
  await writeFile(files.output, '');
  const kernel = launch(files, options, await ensurePtraceShim());
  const ended = new Promise<void>((resolve, reject) =>
    kernel.on('error', reject).on('exit', () => resolve()),
  );
  const stop = () => kernel.kill('SIGKILL');
  options.signal.addEventListener('abort', stop);
  try {
    await Promise.all([
      stopUnlessReady(files.ready, ended, stop),
      follow(files.output, ended, options.print),
    ]);
  } finally {
    options.signal.removeEventListener('abort', stop);
  }
  options.signal.throwIfAborted();
  return readExitCode(files);
}

type Files = ReturnType<typeof filesIn>;

function filesIn(folder: string) {
  const file = (name: string) => `${folder}/${name}`;
  return {
    folder,
    memory: file('memory'),
    command: file('command'),
    console: file('console'),
    ready: file('ready'),
    output: file('output'),
    exitCode: file('exit-code'),
  };
}

/**
 * The kernel and the processes of its guest live in a pid namespace, because those would spin for ever when the kernel
 * is killed, and die with this process however it ends. The guest's memory is a file that only they see.
 */
function launch(files: Files, { repository }: GuestOptions, shim: string): ChildProcess {
  const console = openSync(files.console, 'w');
  const [modules] = globSync('/usr/lib/uml/modules/*');
  if (modules === undefined)
    throw new Error('user-mode Linux is not installed: apt-get install user-mode-linux');
  const inNamespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const script = 'mount -t tmpfs -o size=100% tmpfs "$0" && env TMPDIR="$0" "$@"; exit';
  const kernel = [
    ...[`LD_PRELOAD=${shim}`, 'linux.uml', `mem=${MEMORY}`, 'rootfstype=hostfs', 'rootflags=/', 'ro'],
    ...[`uml_dir=${files.folder}/`, 'con=null', 'con0=null,fd:1', 'ssl=null', 'quiet', 'panic=-1'],
    ...[`init=${INIT}`, `shared=${files.folder}`, `modules=${modules}`, `repository=${repository}`],
  ];
  const argv = ['--pdeathsig', 'KILL', ...inNamespaces, 'sh', '-c', script, files.memory, ...kernel];
  try {
    return spawn('setpriv', argv, { detached: true, stdio: ['ignore', console, console] });
  } finally {
    closeSync(console);
  }
}

/** Resolves when the guest runs its command or has ended; stops it when it does neither in time. */
async function stopUnlessReady(ready: string, ended: Promise<void>, stop: () => void): Promise<void> {
  let isOver = false;
  const end = ended.then(() => {
    isOver = true;
  });
  const limit = performance.now() + BOOT_SECONDS * 1000;
  while (!isOver && !existsSync(ready)) {
    if (performance.now() > limit) stop();
    await Promise.race([sleep(100), end]);
  }
}

async function readExitCode(files: Files): Promise<number> {
  if (existsSync(files.exitCode)) return Number(await readFile(files.exitCode, 'utf8'));
  const what = existsSync(files.ready)
    ? 'the guest kernel ended before its command did'
    : `the guest kernel did not boot within ${BOOT_SECONDS} s, or ended before`;
  const said = (await readFile(files.console, 'utf8')).split('\n').filter((line) => !CALL_TRACE.test(line));
  throw new Error([`${what}; its console ends with:`, ...said.slice(-CONSOLE_LINES)].join('\n'));
}

function toScript({ argv, env, repository }: GuestOptions): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`);
  return [...exports, `cd ${quote(repository)}`, argv.map(quote).join(' '), ''].join('\n');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
