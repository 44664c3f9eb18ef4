import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { contentOf, KEPT, SLOTS, STORM_KINDS, type StormKind } from './storm-content.ts';

/**
 * Checks what the writers of `storm.ts` left in a directory: `check-storm DIRECTORY {"records":N,…}` with the records
 * that each had acknowledged before the snapshot was asked for. Prints what is wrong, a line each.
 */
const [directory = '', acknowledgedText = '{}'] = process.argv.slice(2);
const acknowledged: Readonly<Record<string, number>> = JSON.parse(acknowledgedText);
const names = readdirSync(directory);
const read = (name: string) => readFileSync(`${directory}/${name}`, 'utf8');

/** The whole lines of a file; what follows the last line feed was being written. */
function linesOf(name: string): readonly string[] {
  return read(name).split('\n').slice(0, -1);
}

/** Numbers whose record is there, in the order of their places; throws for a foreign or damaged one. */
function numbersIn(name: string): readonly number[] {
  return linesOf(name).map((line) => {
    const number = Number(line.split(' ')[0]);
    if (line !== contentOf(number)) throw new Error(`${name} has a damaged record ${number}`);
    return number;
  });
}

function requirePrefix(numbers: readonly number[], least: number): void {
  const gap = numbers.findIndex((number, index) => number !== index + 1);
  if (gap >= 0) throw new Error(`record ${gap + 1} is missing, ${numbers[gap]} is there`);
  if (numbers.length < least) throw new Error(`${least} was acknowledged, ${numbers.length} are there`);
}

const check: Readonly<Record<StormKind, (least: number) => void>> = {
  records: (least) => requirePrefix(numbersIn('records'), least),
  alternating: (least) => {
    const all = names.filter((name) => /^alternating-\d+$/.test(name)).flatMap(numbersIn);
    requirePrefix(
      all.toSorted((a, b) => a - b),
      least,
    );
  },
  renames: (least) => {
    const slots = names.filter((name) => /^renames-\d+$/.test(name));
    const numbers = slots.map((name) => {
      const number = Number(read(name).split(' ')[0]);
      if (read(name) !== contentOf(number) || name !== `renames-${number % SLOTS}`)
        throw new Error(`${name} is damaged`);
      return number;
    });
    const highest = Math.max(0, ...numbers);
    if (highest < least) throw new Error(`${least} was acknowledged, ${highest} is the last`);
    const expected = Array.from({ length: Math.min(SLOTS, highest) }, (_, index) => highest - index);
    const lost = expected.find((number) => !numbers.includes(number));
    if (lost !== undefined) throw new Error(`rename ${lost} is missing, ${highest} is there`);
  },
  creates: (least) => {
    const numbers = names
      .filter((name) => /^creates-\d+$/.test(name))
      .map((name) => Number(name.slice('creates-'.length)))
      .sort((a, b) => a - b);
    const highest = numbers.at(-1) ?? 0;
    // The last may have been begun, and not written.
    for (const number of numbers.filter((one) => one < highest))
      if (read(`creates-${number}`) !== contentOf(number)) throw new Error(`creates-${number} is damaged`);
    read(`creates-${highest}`);
    const whole = read(`creates-${highest}`) === contentOf(highest) ? highest : highest - 1;
    if (whole < least) throw new Error(`${least} was acknowledged, ${whole} is the last whole one`);
    for (let number = Math.max(1, highest - KEPT + 1); number <= highest; number += 1)
      if (!numbers.includes(number)) throw new Error(`creates-${number} is missing, ${highest} is there`);
  },
  sqlite: (least) => {
    const database = new DatabaseSync(`${directory}/sqlite.db`);
    const result = database.prepare('PRAGMA integrity_check').get();
    if (result?.['integrity_check'] !== 'ok')
      throw new Error(`integrity_check says ${JSON.stringify(result)}`);
    const rows = database.prepare('SELECT id, text FROM records ORDER BY id').all();
    requirePrefix(
      rows.map((row) => {
        if (row['text'] !== contentOf(Number(row['id']))) throw new Error(`row ${row['id']} is damaged`);
        return Number(row['id']);
      }),
      least,
    );
  },
};

/** Prints what it throws: a loss, or a file that answers EIO. */
function report(what: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    process.stdout.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

for (const name of names) report(`reading ${name}`, () => read(name));
for (const kind of STORM_KINDS) report(kind, () => check[kind](acknowledged[kind] ?? 0));
