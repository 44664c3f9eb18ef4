import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Pids of all processes whose network namespace is one of these (as `/proc/<pid>/ns/net` names it). */
export function processesIn(namespaces: ReadonlySet<string>): readonly number[] {
  return allPids().filter((pid) => {
    const namespace = networkOf(pid);
    return namespace !== undefined && namespaces.has(namespace);
  });
}

/** Pids of the direct children of a process. */
export function childrenOf(parent: number): readonly number[] {
  return allPids().filter((pid) => statOf(pid)?.parent === parent);
}

/** The time a process started, in the kernel's ticks: with the pid it names a process for ever. Undefined when gone. */
export function startTimeOf(pid: number): string | undefined {
  return statOf(pid)?.startTime;
}

/** The name of the program that the process runs; undefined when gone. */
export function programOf(pid: number): string | undefined {
  return statOf(pid)?.program;
}

/** Sends SIGKILL; gone already is success. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function allPids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function networkOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    // Gone, or a zombie, which holds nothing.
    return undefined;
  }
}

/** /proc/<pid>/stat (proc(5)): the program's name is in parentheses and may contain anything. */
function statOf(pid: number) {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  // A zombie has ended; only its parent, which may be slow to, has not asked how.
  if (fields[0] === 'Z') return undefined;
  return {
    program: text.slice(text.indexOf('(') + 1, close),
    parent: Number(fields[1]),
    startTime: fields[19],
  };
}
