import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { programsIn, type RunProgram } from '../../src/host/host-programs.ts';
import { faultOf } from '../contract/backend.ts';

const LIMIT = { timeoutMs: 30_000 };

/** The host of a container is played by a process with namespaces of its own, and with a program that only it sees. */
describe('programs of the host', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gluster-csi-host-programs-'));
  const program = join(folder, 'iscsiadm');
  let host: ChildProcess;
  let runProgram: RunProgram;
  before(async () => {
    const lines = [
      `mount -t tmpfs tmpfs ${folder}`,
      `printf '%s\\n' '#!/bin/sh' 'readlink /proc/self/ns/ipc' 'echo "$@"' 'exit 24' > ${program}`,
      `chmod 755 ${program}`,
      'echo ready',
      'exec sleep 600',
    ];
    const argv = ['--mount', '--ipc', '--propagation', 'private', 'sh', '-ec', lines.join('\n')];
    host = spawn('unshare', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (host.stdout === null) throw new Error('nothing to read from');
    await once(createInterface({ input: host.stdout }), 'line');
    runProgram = programsIn(`/proc/${host.pid}/ns`);
  });
  after(async () => {
    host.kill('SIGKILL');
    await once(host, 'close');
    rmSync(folder, { recursive: true });
  });

  it('run in its mount and IPC namespaces, with their arguments and exit code', async () => {
    expect(existsSync(program)).to.equal(false);
    const { exitCode, stdout } = await runProgram(program, ['-m', 'a b; c'], LIMIT);
    expect(stdout).to.equal(`${readlinkSync(`/proc/${host.pid}/ns/ipc`)}\n-m a b; c\n`);
    expect(exitCode).to.equal(24);
    expect(readlinkSync('/proc/self/ns/ipc')).to.not.equal(stdout.split('\n')[0]);
  });

  it('are unreachable by name where the host has none', async () => {
    const fault = await faultOf('unreachable', runProgram(`${program}-2`, [], LIMIT));
    expect(fault.message).to.equal(`${program}-2 is not installed on this node`);
  });

  it('are killed at their deadline like any other', async () => {
    const fault = await faultOf('timed-out', runProgram('sleep', ['61.25'], { timeoutMs: 300 }));
    expect(fault.message).to.include('was killed');
    const { exitCode } = await runProgram('pgrep', ['-f', '-x', 'sleep 61.25'], LIMIT);
    expect(exitCode).to.equal(1);
  });

  it('are those of this process without namespaces', async () => {
    const { stdout } = await programsIn(undefined)('readlink', ['/proc/self/ns/ipc'], LIMIT);
    expect(stdout.trim()).to.equal(readlinkSync('/proc/self/ns/ipc'));
  });
});
