import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EDITED_FILES, substitute } from './tables.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** What the README's commands use of a clone. */
const PARTS = ['package.json', 'package-lock.json', '.npmrc', 'scripts', 'src', 'deploy'];

/** Makes the reader's clone of the repository, in which they have put their names into the examples. */
export async function makeWorkingCopy(folder: string): Promise<void> {
  await mkdir(folder);
  for (const part of PARTS) await cp(join(root, part), join(folder, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const file of EDITED_FILES) {
    const path = join(folder, file);
    await writeFile(path, substitute(await readFile(path, 'utf8')));
  }
}
