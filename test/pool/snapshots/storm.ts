import {
  appendFileSync,
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { ALTERNATING, contentOf, KEPT, lineOf, SLOTS, type StormKind } from './storm-content.ts';

/**
 * A writer of one kind on a directory, until it is killed. What it has made last it acknowledges beside, outside the
 * volume: `<state>/<kind>` holds the number of its last record; `<state>/<kind>.stalls` a line for each that took long.
 */
const [directory = '', state = '', kind = ''] = process.argv.slice(2);
const LONG_MS = 50;
const acknowledged = openSync(`${state}/${kind}`, 'w');

function put(path: string, text: string): void {
  const file = openSync(path, 'w');
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
}

function appender(path: string): (text: string) => void {
  const file = openSync(path, 'a');
  return (text) => {
    writeSync(file, text);
    fsyncSync(file);
  };
}

function database(): (number: number) => void {
  const opened = new DatabaseSync(`${directory}/sqlite.db`);
  opened.exec('PRAGMA synchronous=FULL; CREATE TABLE records (id INTEGER PRIMARY KEY, text TEXT)');
  const insert = opened.prepare('INSERT INTO records VALUES (?, ?)');
  return (number) => void insert.run(number, contentOf(number));
}

const begin: Readonly<Record<StormKind, () => (number: number) => void>> = {
  records: () => {
    const append = appender(`${directory}/records`);
    return (number) => append(lineOf(number));
  },
  alternating: () => {
    const files = Array.from({ length: ALTERNATING }, (_, index) =>
      appender(`${directory}/alternating-${index}`),
    );
    return (number) => files[number % ALTERNATING]?.(lineOf(number));
  },
  renames: () => (number) => {
    put(`${directory}/renames-new`, contentOf(number));
    renameSync(`${directory}/renames-new`, `${directory}/renames-${number % SLOTS}`);
  },
  creates: () => (number) => {
    put(`${directory}/creates-${number}`, contentOf(number));
    if (number > KEPT) unlinkSync(`${directory}/creates-${number - KEPT}`);
  },
  sqlite: database,
};

const write = begin[kind as StormKind]();
for (let number = 1; ; number += 1) {
  const before = performance.now();
  write(number);
  const ms = Math.round(performance.now() - before);
  writeSync(acknowledged, `${String(number).padEnd(12)}\n`, 0);
  if (ms > LONG_MS) appendFileSync(`${state}/${kind}.stalls`, `${Date.now()} ${ms}\n`);
  if (number === 1) writeFileSync(`${state}/${kind}.begun`, '');
}
