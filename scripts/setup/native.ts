import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCachedFolder, keyOf } from './cached-folder.ts';
import { ensureDebianPackages } from './debian.ts';

const sources = fileURLToPath(new URL('../../src/native', import.meta.url));
/** As the Dockerfile compiles them. Static: the programs run where the libraries may be another system's. */
const OPTIONS = ['-std=c11', '-O2', '-static', '-Wall', '-Wextra', '-Werror'];

/** The C programs, each one file: `remount`, … */
export function nativePrograms(): readonly string[] {
  return globSync('*.c', { cwd: sources })
    .map((file) => basename(file, '.c'))
    .sort();
}

/** True when a C compiler is there. */
export function hasCompiler(): boolean {
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Compiles one of the programs into a folder and returns its path. Throws when gcc finds anything wrong with it. */
export function compileNative(name: string, folder: string): string {
  const program = join(folder, name);
  execFileSync('gcc', [...OPTIONS, '-o', program, sourceOf(name)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return program;
}

/** The path of one of the programs, compiled when its source is new. Installs gcc from Debian when it is missing. */
export async function ensureNative(name: string): Promise<string> {
  if (!hasCompiler()) ensureDebianPackages(['gcc', 'libc6-dev']);
  const key = keyOf(OPTIONS, [sourceOf(name)]);
  const folder = await ensureCachedFolder(name, key, (made) => void compileNative(name, made));
  return join(folder, name);
}

function sourceOf(name: string): string {
  return join(sources, `${name}.c`);
}
