import { fileURLToPath } from 'node:url';
import type { Machine } from '../pool/lab/machine.ts';

const PROGRAM = fileURLToPath(new URL('write-speed.ts', import.meta.url));
const WRITE_MS = 1_800_000;

export type Writing = 'fill' | 'sequential' | 'random' | 'scatter' | 'rename';

/** Writes into a directory of a machine (`write-speed.ts`). Resolves with the speed: MiB, writes or pairs a second. */
export async function writeTo(
  machine: Machine,
  directory: string,
  what: Writing,
  amount: number,
): Promise<number> {
  const argv = [process.execPath, PROGRAM, directory, what, String(amount)];
  return Number(await machine.must(argv, { timeoutMs: WRITE_MS }));
}
