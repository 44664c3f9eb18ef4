// Runs one of the project's TypeScript programs and makes what it needs first:
//
//   node scripts/setup.mjs [--debian] PROGRAM.ts [ARGUMENT...]
//
// This file is plain JavaScript without dependencies, because on a fresh clone there is nothing else yet. Any
// Node from 20 on can run it; the program itself runs on the Node 24 that package-lock.json pins.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node24 = `${root}node_modules/.bin/node`;

installPackages();
await main(process.argv.slice(2));

async function main(args) {
  const wantsDebian = args[0] === '--debian';
  const [program, ...rest] = wantsDebian ? args.slice(1) : args;
  if (program === undefined) {
    console.error('usage: node scripts/setup.mjs [--debian] PROGRAM.ts [ARGUMENT...]');
    process.exit(2);
  }
  if (wantsDebian) await run(`${root}scripts/setup/debian.ts`, []);
  await run(`${root}${program}`, rest);
}

/** `npm ci`, unless node_modules already holds what package-lock.json says. */
function installPackages() {
  if (problem() === undefined) return;
  console.log(`set-up: ${problem()}; running npm ci`);
  // No package here needs an install script, and machines may forbid them, or leave out what is for development.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error'];
  try {
    execFileSync('npm', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  } catch (error) {
    fail(`npm ci failed (${error.message}); see its own words above`);
  }
  const left = problem();
  if (left !== undefined) fail(`npm ci ended, and still: ${left}`);
}

/** Why the installed packages cannot be used, or undefined when they can. */
function problem() {
  const installed = readPackages('node_modules/.package-lock.json');
  if (installed === undefined) return 'packages are not installed';
  for (const [path, wanted] of Object.entries(readPackages('package-lock.json') ?? {})) {
    // Optional packages are those of other platforms, but for Node itself, asked for below.
    if (path !== '' && !wanted.optional && installed[path]?.version !== wanted.version) {
      return `${path} is not the version that package-lock.json wants`;
    }
  }
  return nodeVersion()?.startsWith('v24.') ? undefined : 'Node 24 is not installed';
}

function readPackages(lockFile) {
  try {
    return JSON.parse(readFileSync(`${root}${lockFile}`, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function nodeVersion() {
  try {
    return execFileSync(node24, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

/**
 * Runs a program to its end; a failure of it is ours. Signals are its own to answer, since it may have to clean
 * up: a terminal sends SIGINT to both of us, and SIGTERM is passed on.
 */
async function run(file, args) {
  const child = spawn(node24, [file, ...args], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH ?? ''}` },
  });
  const passOn = () => child.kill('SIGTERM');
  const leaveToChild = () => {};
  process.on('SIGTERM', passOn).on('SIGINT', leaveToChild);
  const code = await new Promise((resolve) => {
    child.on('error', (error) => fail(`${file} cannot be run: ${error.message}`));
    child.on('exit', (exitCode, signal) => resolve(exitCode ?? 128 + (constants.signals[signal] ?? 0)));
  });
  process.off('SIGTERM', passOn).off('SIGINT', leaveToChild);
  if (code !== 0) process.exit(code);
}

function fail(reason) {
  console.error(`set-up: ${reason}`);
  process.exit(1);
}
