import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fileName, formatRecord } from './record.ts';

/**
 * Appends records to files on a volume, each followed by fsync, for ever; run in a pod. A record whose fsync has
 * returned is acknowledged; one that failed is written again to the same file, opened anew, until it is. What was
 * acknowledged, and the journal of errors and of gaps between acknowledgements, are kept beside the volume in
 * `--state`, which outlives the container, so that a restarted writer goes on where it was.
 */
const RECORDS_PER_FILE = 100;
const RETRY_MS = 50;
const { values } = parseArgs({
  options: {
    /** Several take turns, a record each. */
    directory: { type: 'string', multiple: true, default: ['/data'] },
    state: { type: 'string', default: '/state' },
    name: { type: 'string', default: 'writer' },
    /** Milliseconds between two records. */
    every: { type: 'string', default: '20' },
    /** Milliseconds without an acknowledgement that are worth an entry; after an error any number is. */
    gap: { type: 'string', default: '200' },
  },
});

const directories = values.directory;
/** One for each directory. */
const files: (number | undefined)[] = [];
let { sequence, at } = restore();
let hasFailed = false;
note({ event: 'start', sequence });
for (;;) {
  const next = sequence + 1;
  try {
    write(next);
    acknowledge(next);
  } catch (error) {
    const { code = 'unknown', syscall = '' } = error as NodeJS.ErrnoException;
    note({ event: 'error', code, syscall, sequence: next });
    hasFailed = true;
    close();
    await sleep(RETRY_MS);
    continue;
  }
  if (next % RECORDS_PER_FILE === 0) close();
  await sleep(Number(values.every));
}

function write(next: number): void {
  const turn = next % directories.length;
  const path = `${directories[turn]}/${fileName(values.name, Math.floor(next / RECORDS_PER_FILE))}`;
  const isAnew = files[turn] === undefined;
  const file = files[turn] ?? openSync(path, 'a');
  files[turn] = file;
  const record = Buffer.from(formatRecord(next, randomBytes(240).toString('base64')));
  // What an attempt before may have torn ends with this line.
  const bytes = isAnew ? Buffer.concat([Buffer.from('\n'), record]) : record;
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  fsyncSync(file);
}

function acknowledge(next: number): void {
  const now = Date.now();
  const isLong = now - at > Number(values.gap);
  if (at > 0 && (isLong || hasFailed)) note({ event: 'gap', ms: now - at, sequence: next });
  hasFailed = false;
  sequence = next;
  at = now;
  writeFileSync(`${values.state}/acknowledged`, `${sequence} ${at} .`.padEnd(64), { flag: 'r+' });
}

/** Closes all. A close may fail as fsync did (ENOTCONN); the descriptor is gone all the same. */
function close(): void {
  for (const file of files.splice(0)) {
    try {
      if (file !== undefined) closeSync(file);
    } catch (error) {
      note({ event: 'error', code: (error as NodeJS.ErrnoException).code ?? 'unknown', syscall: 'close' });
    }
  }
}

function restore(): { sequence: number; at: number } {
  const path = `${values.state}/acknowledged`;
  try {
    writeFileSync(path, '0 0 .'.padEnd(64), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const [last = 0, then = 0] = readFileSync(path, 'utf8').split(' ').map(Number);
  return { sequence: last, at: then };
}

function note(entry: Readonly<Record<string, unknown>>): void {
  const line = JSON.stringify({ at: Date.now(), ...entry });
  appendFileSync(`${values.state}/journal`, `${line}\n`);
  console.log(line);
}
