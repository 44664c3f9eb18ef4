import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readMounts } from '../../src/host/mountinfo.ts';
import { runInGuest } from '../guest/kernel/boot.ts';
import { stateFolderOf } from '../pool/lab/state-folder.ts';
import { until } from '../pool/lab/until.ts';

const BOOT_MS = 240_000;
const LAB = `${process.env['GLUSTER_CSI_LAB'] ?? 'host'}-killed`;
const root = fileURLToPath(new URL('../..', import.meta.url));

describe('a guest kernel', function () {
  this.timeout(2 * BOOT_MS);

  it('goes with its runner, however that ends, and leaves its folder to the next one', async () => {
    const folder = stateFolderOf(`guest-${LAB}`);
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const runner = runAsleep();
      await untilAsleep(runner);
      expect(processesOf(folder)).not.to.equal(0);
      runner.kill(signal);
      await until('no process of the guest is left', () => processesOf(folder) === 0);
      await until(
        `its runner ended by ${signal}`,
        () => runner.exitCode !== null || runner.signalCode !== null,
      );
    }
    expect(existsSync(folder)).to.equal(false);
    expect((await readMounts()).filter(({ target }) => target.startsWith(folder))).to.deep.equal([]);
  });

  it('tells what kept it from booting', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gluster-csi-guest-'));
    const booting = runInGuest({
      folder,
      repository: '/nonexistent',
      argv: ['true'],
      env: {},
      signal: AbortSignal.timeout(BOOT_MS),
      print: () => undefined,
    });
    const error = await booting
      .catch((reason: unknown) => reason)
      .finally(() => rmSync(folder, { recursive: true }));
    expect(String(error)).to.match(/did not boot[\s\S]*mounting \/nonexistent/);
  });
});

function runAsleep(): ChildProcess {
  const args = ['scripts/run-guest.ts', String(BOOT_MS), 'test/guest/kernel/asleep.ts'];
  const env = { ...process.env, GLUSTER_CSI_LAB: LAB, GLUSTER_CSI_TEST_ONLY: 'sleeps' };
  return spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Throws with what the runner said when it ends instead. */
async function untilAsleep({ stdout, stderr }: ChildProcess): Promise<void> {
  const said: string[] = [];
  if (stdout === null || stderr === null) throw new Error('the runner has no output');
  stderr.on('data', (text: Buffer) => said.push(String(text)));
  for await (const line of createInterface(stdout)) {
    if (line === 'asleep') return;
    said.push(line);
  }
  throw new Error(`the guest is not asleep: ${said.join('\n')}`);
}

/** The kernel and the processes of its guest all show the kernel's command line. */
function processesOf(folder: string): number {
  return globSync('/proc/[0-9]*/cmdline').filter((file) => commandLine(file).includes(`shared=${folder}\0`))
    .length;
}

function commandLine(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
