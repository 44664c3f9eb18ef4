import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseRecord } from './record.ts';

/**
 * Reads back all that a writer has on a volume, or on several, and counts which of the records 1 to `--acknowledged`
 * are not there whole; `last` is the number of the last that is, `gaps` how many below it are not. Run in a pod of
 * any node; prints one line of JSON.
 */
const { values } = parseArgs({
  options: {
    directory: { type: 'string', multiple: true, default: ['/data'] },
    name: { type: 'string', default: 'writer' },
    acknowledged: { type: 'string' },
  },
});
const acknowledged = Number(values.acknowledged);
if (!Number.isSafeInteger(acknowledged)) throw new Error('usage: check.ts --acknowledged NUMBER');

const files = values.directory.flatMap((directory) =>
  readdirSync(directory)
    .filter((file) => file.startsWith(`${values.name}.`))
    .sort()
    .map((file) => `${directory}/${file}`),
);
const whole = new Set<number>();
let torn = 0;
let last = 0;
for (const file of files) {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const sequence = parseRecord(line);
    if (sequence === undefined) torn += 1;
    else whole.add(sequence);
    last = Math.max(last, sequence ?? 0);
  }
}
const lost: number[] = [];
for (let sequence = 1; sequence <= acknowledged; sequence += 1) if (!whole.has(sequence)) lost.push(sequence);
console.log(
  JSON.stringify({
    files: files.length,
    lost: lost.length,
    firstLost: lost[0] ?? null,
    torn,
    last,
    gaps: last - whole.size,
  }),
);
