import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The argv that runs a role of gluster-csi: from the sources, or from what `npm run build` made of them. */
export type Program = 'sources' | 'bundle';

export function programArgv(program: Program, args: readonly string[]): readonly string[] {
  const path = program === 'sources' ? '../../../src/main.ts' : '../../../dist/gluster-csi.mjs';
  return [process.execPath, fileURLToPath(new URL(path, import.meta.url)), ...args];
}

/** True when a process in the same network as this one listens on the TCP port. */
export function listensOn(pid: number, port: number): boolean {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const LISTEN = '0A';
  return ['tcp', 'tcp6'].some((file) =>
    readSockets(`/proc/${pid}/net/${file}`).some((line) => {
      const [, local = '', , state] = line.trim().split(/\s+/);
      return local.endsWith(suffix) && state === LISTEN;
    }),
  );
}

/** None when the process is gone. */
function readSockets(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
