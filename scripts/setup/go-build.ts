import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { keyOf } from './cached-folder.ts';
import { ensureGo } from './go.ts';

/** The same for all: Go's own cache is then shared by them, whatever the folder of the tree. */
const ENVIRONMENT = {
  CGO_ENABLED: '0',
  GOFLAGS: '-mod=readonly -trimpath -buildvcs=false',
  GOWORK: 'off',
} as const;
const STILL_ALIVE_MS = 60_000;
const ERROR_LINES = 40;

/** A key for what `go build` makes of a module with these arguments. */
export function goModuleKey(module: string, args: readonly string[]): string {
  const files = globSync(['go.mod', 'go.sum', '**/*.go'], { cwd: module }).sort();
  return keyOf(
    [...Object.values(ENVIRONMENT), process.arch, ...args, ...files],
    files.map((file) => join(module, file)),
  );
}

/** The version that a module's go.mod asks for; throws an Error when it does not name it. */
export function goModuleVersion(module: string, path: string): string {
  const text = readFileSync(join(module, 'go.mod'), 'utf8');
  const version = new RegExp(`^(?:require)?\\s*${RegExp.escape(path)} (v\\S+)`, 'm').exec(text)?.[1];
  if (version === undefined) throw new Error(`${module}/go.mod does not require ${path}`);
  return version;
}

/**
 * Runs `go` with the arguments in a module's folder and resolves to what it printed. A line a minute tells that
 * it is at work. Throws an Error with the end of go's own words.
 */
export async function runGo(module: string, args: readonly string[], what: string): Promise<string> {
  const started = performance.now();
  const child = spawn(join(ensureGo(), 'go'), args, {
    cwd: module,
    env: { ...process.env, ...ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const alive = setInterval(() => {
    const minutes = Math.round((performance.now() - started) / 60_000);
    console.log(`set-up: ${what}: at it for ${minutes} min`);
  }, STILL_ALIVE_MS);
  try {
    return await untilEnd(child, what);
  } finally {
    clearInterval(alive);
  }
}

function untilEnd(child: ChildProcess, what: string): Promise<string> {
  const printed: string[] = [];
  const complaints: string[] = [];
  if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => printed.push(line));
  if (child.stderr !== null) {
    createInterface(child.stderr).on('line', (line) => {
      if (!line.startsWith('go: downloading ')) complaints.push(line);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${what}: go cannot be run`, { cause: error })));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(printed.join('\n'));
      else
        reject(
          new Error(
            [`${what}: go ended with ${signal ?? code}`, ...complaints.slice(-ERROR_LINES)].join('\n'),
          ),
        );
    });
  });
}
