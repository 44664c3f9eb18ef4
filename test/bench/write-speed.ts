import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/**
 * Writes into a directory as `write-speed.ts DIRECTORY WHAT AMOUNT` and prints how fast it was:
 * - `fill BYTES`: a new file of that size, of no content that repeats; MiB/s;
 * - `sequential BYTES`: over the file from its beginning, synced at the end; MiB/s;
 * - `random COUNT`: 4 KiB anywhere in the file, each synced; writes/s;
 * - `scatter COUNT`: the same, synced once at the end; writes/s;
 * - `rename COUNT`: a file made, and renamed to another name; pairs/s.
 */
const MIB = 1024 ** 2;
const BLOCK = 4096;
const [directory = '', what = '', amountText = ''] = process.argv.slice(2);
const amount = Number(amountText);
const path = `${directory}/written`;
const chunk = randomBytes(MIB);

function write(flags: string, act: (file: number) => void): void {
  const file = openSync(path, flags);
  act(file);
  fsyncSync(file);
  closeSync(file);
}

function whole(file: number): void {
  for (let at = 0; at < amount; at += MIB) {
    chunk.writeDoubleLE(at);
    writeSync(file, chunk, 0, Math.min(MIB, amount - at), at);
  }
}

function blocks(file: number, isSynced: boolean): void {
  const { size } = fstatSync(file);
  for (let number = 0; number < amount; number += 1) {
    writeSync(file, chunk, 0, BLOCK, Math.floor(Math.random() * (size / BLOCK)) * BLOCK);
    if (isSynced) fsyncSync(file);
  }
}

const acts: Readonly<Record<string, { readonly act: () => void; readonly units: number }>> = {
  fill: { act: () => write('w', whole), units: amount / MIB },
  sequential: { act: () => write('r+', whole), units: amount / MIB },
  random: { act: () => write('r+', (file) => blocks(file, true)), units: amount },
  scatter: { act: () => write('r+', (file) => blocks(file, false)), units: amount },
  rename: {
    act: () => {
      for (let number = 0; number < amount; number += 1) {
        closeSync(openSync(`${directory}/new-${number}`, 'w'));
        renameSync(`${directory}/new-${number}`, `${directory}/renamed-${number}`);
      }
    },
    units: amount,
  },
};
const chosen = acts[what];
if (chosen === undefined) throw new Error(`no ${what}`);
const begun = performance.now();
chosen.act();
process.stdout.write(`${(chosen.units * 1000) / (performance.now() - begun)}\n`);
