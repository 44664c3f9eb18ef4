import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runInGuest } from '../test/guest/kernel/boot.ts';
import { claimStateFolder } from '../test/pool/lab/state-folder.ts';
import { addCounts, countsEnvironment, readCounts } from './test-counts.ts';

/**
 * Runs test files in a guest kernel, as `run-guest.ts TIMEOUT_MS GLOB`, and adds their counts to the total: what
 * run-part.ts is for tests that need device-mapper or iSCSI, which the kernel of this machine may lack.
 */
const [timeoutMs, pattern] = process.argv.slice(2);
if (timeoutMs === undefined || pattern === undefined) throw new Error('usage: run-guest.ts TIMEOUT_MS GLOB');

/** A guest's system calls are slow, and it has one processor: its labs wait that many times longer for things. */
const PATIENCE = '6';
const ONLY = 'GLUSTER_CSI_TEST_ONLY';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const { GLUSTER_CSI_LAB: lab } = process.env;
const folder = await claimStateFolder(lab === undefined ? 'guest' : `guest-${lab}`);
const counts = `${folder}/counts.jsonl`;
const stop = new AbortController();
process.on('SIGINT', () => stop.abort()).on('SIGTERM', () => stop.abort());
try {
  process.exitCode = await runInGuest({
    folder,
    repository: root,
    argv: [process.execPath, 'scripts/run-part.ts', timeoutMs, pattern],
    env: { ...own(), ...countsEnvironment(counts), GLUSTER_CSI_LAB_PATIENCE: PATIENCE },
    signal: stop.signal,
    print: (text) => process.stdout.write(text),
  });
} catch (error) {
  console.error(stop.signal.aborted ? 'the guest was stopped' : error);
  process.exitCode = 1;
} finally {
  addCounts(readCounts(counts));
  await rm(folder, { recursive: true });
}

/** What the tests in the guest have of this process's environment. */
function own(): Record<string, string> {
  const { PATH = '', HOME = '/root', [ONLY]: only } = process.env;
  return { PATH, HOME, ...(only === undefined ? {} : { [ONLY]: only }) };
}
