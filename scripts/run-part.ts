import { globSync } from 'node:fs';
import Mocha from 'mocha';
import '../test/quiet.ts';
import { addCounts, type Counts } from './test-counts.ts';

/**
 * Runs test files in this process, as `run-part.ts TIMEOUT_MS GLOB`, and adds their counts to the total. A
 * pending test counts as failed: nothing here is skipped. `GLUSTER_CSI_TEST_ONLY`, a pattern, chooses by title.
 */
const GRACE_MS = 10_000;
const REASON_LINES = 8;
const REASON_LETTERS = 1_000;
const [timeoutMs, pattern] = process.argv.slice(2);
if (timeoutMs === undefined || pattern === undefined) throw new Error('usage: run-part.ts TIMEOUT_MS GLOB');

const files = globSync(pattern).sort();
const mocha = new Mocha({ timeout: Number(timeoutMs), slow: Number(timeoutMs), color: process.stdout.isTTY });
for (const file of files) mocha.addFile(file);
const only = process.env['GLUSTER_CSI_TEST_ONLY'];
if (only !== undefined) mocha.grep(new RegExp(only, 'i'));
await mocha.loadFilesAsync();
const counts = await runToEnd(mocha);
addCounts(counts);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
setTimeout(() => {
  console.error('the tests are over, but something they opened keeps this process alive; ending it');
  process.exit();
}, GRACE_MS).unref();

function runToEnd(suite: Mocha): Promise<Counts> {
  return new Promise((resolve) => {
    let passed = 0;
    const reasons: string[] = [];
    const runner = suite.run(() => resolve({ passed, failed: reasons.length, reasons }));
    runner.on('pass', () => {
      passed += 1;
    });
    runner.on('fail', (test, error: unknown) => {
      reasons.push(`${test.fullTitle()}: ${beginning(error)}`);
    });
    runner.on('pending', (test) => {
      console.error(`pending, counted as failed: ${test.fullTitle()}`);
      reasons.push(`${test.fullTitle()}: pending`);
    });
  });
}

/** What says most of it: the whole stands where the test failed. */
function beginning(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.split('\n').slice(0, REASON_LINES).join('\n').slice(0, REASON_LETTERS);
}
