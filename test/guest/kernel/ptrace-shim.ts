import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCachedFolder, keyOf } from '../../../scripts/setup/cached-folder.ts';

const SOURCE = fileURLToPath(new URL('ptrace-shim.c', import.meta.url));
const OPTIONS = ['-std=gnu11', '-O2', '-shared', '-fPIC', '-Wall', '-Wextra', '-Werror'];

/** The path of the library that user-mode Linux needs on some processors (see its source), compiled the first time. */
export async function ensurePtraceShim(): Promise<string> {
  const folder = await ensureCachedFolder('ptrace-shim', keyOf(OPTIONS, [SOURCE]), (made) => {
    execFileSync('gcc', [...OPTIONS, '-o', join(made, 'ptrace-shim.so'), SOURCE], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  });
  return join(folder, 'ptrace-shim.so');
}
