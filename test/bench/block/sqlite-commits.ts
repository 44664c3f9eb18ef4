import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * `sqlite-commits.ts DIRECTORY JOURNAL COUNT`: that many transactions of one row each in a new database, synced as SQLite
 * does by default, with the journal mode given. Prints commits a second.
 */
const [directory = '', journal = '', count = ''] = process.argv.slice(2);
const path = `${directory}/commits.sqlite`;
for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
const database = new DatabaseSync(path);
database.exec(
  `pragma journal_mode = ${journal}; pragma synchronous = full; create table rows (number, text)`,
);
const insert = database.prepare('insert into rows values (?, ?)');
const begun = performance.now();
for (let number = 0; number < Number(count); number += 1) insert.run(number, 'x'.repeat(100));
process.stdout.write(`${(Number(count) * 1000) / (performance.now() - begun)}\n`);
database.close();
