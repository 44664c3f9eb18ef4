import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { until } from '../pool/lab/until.ts';

const program = (name: string) => fileURLToPath(new URL(`../e2e/writer/${name}.ts`, import.meta.url));

/** The judge of all end-to-end tests has to notice what they are about. */
describe("the end-to-end tests' writer and its checker", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gluster-csi-writer-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds nothing wrong with what was left alone, also after a kill in the middle', async () => {
    await write(150);
    const acknowledged = await write(300);
    expect(check(acknowledged)).to.deep.include({ lost: 0, firstLost: null });
  });

  it('misses a record that is gone, one that was altered, and one that was never written', async () => {
    const acknowledged = await write(10);
    const [file = ''] = readdirSync(folder).filter((name) => name.startsWith('w.'));
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    // The kill may have met the writer between writing one more and noting it.
    const altered = lines
      .filter((line) => !line.startsWith('3 ') && Number.parseInt(line, 10) <= acknowledged)
      .map((line) => line.replace(/^5 /, '5 x'));
    writeFileSync(join(folder, file), altered.join('\n'));
    expect(check(acknowledged + 1)).to.deep.include({ lost: 3, firstLost: 3, torn: 1 });
    expect(check(acknowledged)).to.deep.include({ last: acknowledged, gaps: 2 });
  });

  /** Runs the writer until it has acknowledged so many in all its lives, and kills it; resolves with how many they are. */
  async function write(records: number): Promise<number> {
    const args = ['--directory', folder, '--state', folder, '--name', 'w', '--every', '0'];
    const child = spawn(process.execPath, [program('writer'), ...args], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await until('records written', () => acknowledgedBy() >= records, { timeoutMs: 8_000 });
    child.kill('SIGKILL');
    await ended;
    return acknowledgedBy();
  }

  function acknowledgedBy(): number {
    try {
      return Number(readFileSync(join(folder, 'acknowledged'), 'utf8').split(' ')[0]);
    } catch {
      return 0;
    }
  }

  function check(acknowledged: number): unknown {
    const args = ['--directory', folder, '--name', 'w', '--acknowledged', String(acknowledged)];
    return JSON.parse(spawnSync(process.execPath, [program('check'), ...args], { encoding: 'utf8' }).stdout);
  }
});
