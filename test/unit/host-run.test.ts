import { expect } from 'chai';
import { run } from '../../src/host/run.ts';

const timeoutMs = 10_000;

describe('run', () => {
  it('passes arguments as they are, never to a shell', async () => {
    const odd = ['$(id)', ';', '"', "'", '*', '\n', ' ', '-n'];
    const result = await run('printf', ['%s|', ...odd], { timeoutMs });
    expect(result).to.deep.equal({ exitCode: 0, stdout: `${odd.join('|')}|`, stderr: '' });
  });

  it('resolves with the exit code and both outputs of a failing command', async () => {
    const result = await run('sh', ['-c', 'echo out; echo err >&2; exit 3'], { timeoutMs });
    expect(result).to.deep.equal({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('gives a command the C locale, a fixed PATH and nothing of its own environment', async () => {
    const result = await run('env', [], { timeoutMs, env: { EXTRA: '1' } });
    const names = result.stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names).to.have.members(['PATH', 'LC_ALL', 'EXTRA']);
    expect(result.stdout).to.contain('LC_ALL=C\n');
  });

  it('hands input over on stdin', async () => {
    const result = await run('cat', [], { timeoutMs, input: 'secret' });
    expect(result.stdout).to.equal('secret');
  });

  it('kills the whole process group at the deadline, also a grandchild that holds stdout', async () => {
    const failed = await run('sh', ['-c', 'sleep 300 & echo $!; wait'], { timeoutMs: 200 }).catch(
      (error) => error,
    );
    expect(failed).to.have.property('kind', 'timed-out');
    const left = await run('pgrep', ['-fx', 'sleep 300'], { timeoutMs });
    expect(left.stdout).to.equal('');
  });

  it('kills the command when the caller goes away', async () => {
    const caller = new AbortController();
    setTimeout(() => caller.abort(), 50);
    const failed = await run('sleep', ['301'], { timeoutMs, signal: caller.signal }).catch((error) => error);
    expect(failed).to.have.property('kind', 'cancelled');
  });

  it('names a program that is not installed', async () => {
    const failed = await run('no-such-program', [], { timeoutMs }).catch((error) => error);
    expect(failed).to.have.property('kind', 'unreachable');
    expect(failed.message).to.contain('no-such-program');
  });

  it('stops a command that prints without end', async () => {
    const failed = await run('yes', [], { timeoutMs, maxBuffer: 1024 }).catch((error) => error);
    expect(failed).to.have.property('kind', 'invalid');
  });
});
