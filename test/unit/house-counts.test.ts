import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { closingLine, countsEnvironment, readCounts, sumCounts } from '../../scripts/test-counts.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the count of tests', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gluster-csi-counts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs one test file the way `npm test` runs a part. */
  function runPart(text: string) {
    writeFileSync(join(folder, 'a.test.mjs'), text);
    const counts = join(folder, 'counts');
    const ended = spawnSync(
      process.execPath,
      [join(root, 'scripts/run-part.ts'), '2000', join(folder, '*.test.mjs')],
      { env: { ...process.env, ...countsEnvironment(counts) }, encoding: 'utf8' },
    );
    return { ...readCounts(counts), exitCode: ended.status };
  }

  it('sums parts into the line that closes the run', () => {
    const total = sumCounts([
      { passed: 3, failed: 0, reasons: [] },
      { passed: 4, failed: 1, reasons: ['a: no'] },
    ]);
    expect(closingLine(total)).to.equal('7 passed, 1 failed');
    expect(total.reasons).to.deep.equal(['a: no']);
  });

  it('counts what passed and what failed', () => {
    const part = runPart(`it('a', () => {}); it('b', () => { throw new Error('no'); });`);
    expect(part).to.include({ passed: 1, failed: 1, exitCode: 1 });
    expect(part.reasons.join()).to.match(/^b: Error: no\n/);
  });

  it('takes a pending test for a failure', () => {
    const pending = runPart(`it('a', () => {}); it('b');`);
    expect(pending).to.deep.equal({ passed: 1, failed: 1, exitCode: 1, reasons: ['b: pending'] });
  });

  it('takes a failing hook for a failure', () => {
    const part = runPart(`before(() => { throw new Error('no'); }); it('a', () => {});`);
    expect(part).to.include({ passed: 0, exitCode: 1 });
    expect(part.failed).to.be.at.least(1);
  });

  it('fails a part that ran nothing', () => {
    expect(runPart('').exitCode).to.equal(1);
  });

  it('adds the counts of another suite that the tests ran', () => {
    const add = join(root, 'scripts/test-counts.ts');
    const part = runPart(
      `import { addCounts } from ${JSON.stringify(add)}; it('a', () => addCounts({ passed: 90, failed: 2 }));`,
    );
    expect(part).to.deep.equal({ passed: 91, failed: 2, exitCode: 0, reasons: [] });
  });
});
