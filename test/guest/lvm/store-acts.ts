import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BrickRequest } from '../../../src/gateway/bricks/brick-store.ts';

export const VOLUME = 'v1';
export const MIB = 1024n * 1024n;
export const SMALL = 200n * MIB;
export const GROWN = 300n * MIB;
/** What the brick's volume has for a record. */
export const RECORD = '{"v":1,"capacity":1,"metadata":{}}';

export type Act = 'addDevice' | 'reserve' | 'grow' | 'use' | 'remove';

/** A thin brick on the device. */
export function requestOn(device: string, dataBytes: bigint, brick = 0): BrickRequest {
  return { volume: VOLUME, subvol: 0, brick, device, provisioner: 'lvm', dataBytes };
}

/** Runs the act in a process of its own that dies at the step; throws when it failed otherwise. */
export async function actInChild(
  act: Act,
  at: { readonly disk: string; readonly mountRoot: string; readonly step: number },
): Promise<'done' | 'crashed'> {
  const script = fileURLToPath(new URL('./store-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, at.disk, at.mountRoot, act, String(at.step)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('close', (...ended) => resolve(ended));
  });
  if (signal === 'SIGKILL') return 'crashed';
  if (code !== 0) throw new Error(`${act} failed in the child: ${said}`);
  return 'done';
}
