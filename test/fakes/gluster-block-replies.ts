import type { CommandResult } from '../../src/host/run.ts';

export function toIqn(gbid: string): string {
  return `iqn.2016-12.org.gluster-block:${gbid}`;
}

export function lastOf(text: string, key: string): string {
  const lines = text.split('\n').filter((line) => line.startsWith(`${key}:`));
  return (
    lines
      .at(-1)
      ?.slice(key.length + 1)
      .trim() ?? ''
  );
}

export function say(reply: object, exitCode = 0): CommandResult {
  const text = `${JSON.stringify(reply)}\n`;
  return exitCode === 0 ? { exitCode, stdout: text, stderr: '' } : { exitCode, stdout: '', stderr: text };
}

export function fail(errCode: number, errMsg: string): CommandResult {
  return say({ RESULT: 'FAIL', errCode, errMsg }, errCode);
}

export function plain(exitCode: number, stderr: string): CommandResult {
  return { exitCode, stdout: '', stderr };
}
