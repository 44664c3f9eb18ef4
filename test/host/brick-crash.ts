import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrickRequest } from '../../src/gateway/bricks/brick-store.ts';

export const VOLUME = 'v1';
export const SNAPSHOT = 's1';
export const smallBytes = 200n * 1024n ** 2n;
/** What the bricks' volume has for a record. */
export const RECORD = '{"v":1,"capacity":1,"metadata":{}}';
export const largeBytes = 600n * 1024n ** 2n;

/** Two bricks, on the two devices that the crash tests have. */
export function requestsOn(root: string, dataBytes: bigint): readonly BrickRequest[] {
  return [0, 1].map((brick) => ({
    volume: VOLUME,
    subvol: 0,
    brick,
    device: join(root, `device-${brick}`),
    provisioner: 'loop',
    dataBytes,
  }));
}

export type Act = 'reserve' | 'use' | 'undo' | 'grow' | 'remove' | 'mountAll' | 'restore' | 'undo-restore';

/** Acts of `brick-snapshots-child.ts`. */
export type SnapshotAct = 'take' | 'forget' | 'delete' | 'copy';

export interface Crash {
  readonly root: string;
  readonly act: Act | SnapshotAct;
  readonly token: string;
  /** Dies before this step of the act, counted from 1; 0: not at a step. */
  readonly step: number;
  /** The program that does the act, beside this one. */
  readonly program?: string;
  /** Killed from outside after so many milliseconds. */
  readonly afterMs?: number;
}

/** Runs the act in a process of its own. `crashed`: it died by SIGKILL; throws when it failed otherwise. */
export async function actInChild(crash: Crash): Promise<'done' | 'crashed'> {
  const script = fileURLToPath(new URL(crash.program ?? './brick-child.ts', import.meta.url));
  const args = [script, crash.root, crash.act, crash.token, String(crash.step)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const timer =
    crash.afterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), crash.afterMs);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('close', (...ended) => resolve(ended));
  });
  clearTimeout(timer);
  if (signal === 'SIGKILL') return 'crashed';
  if (code !== 0) throw new Error(`${crash.act} failed in the child: ${said}`);
  return 'done';
}
