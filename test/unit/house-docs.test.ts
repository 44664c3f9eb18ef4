import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readBlocks } from '../e2e/readme/read-readme.ts';
import { readRefusals } from '../e2e/readme/refusals.ts';
import { EDITED_FILES, NOT_RUN, PLACEHOLDERS, REFUSALS_SECTION, RUN_SECTIONS } from '../e2e/readme/tables.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const documents = globSync(['*.md', 'docs/**/*.md', 'deploy/**/*.md'], { cwd: root }).sort();

describe('README.md', () => {
  const blocks = readBlocks(readme);
  const commands = blocks.flatMap((block) => block.commands);

  it('has each command run by test/e2e/readme.test.ts, or listed there with the reason why not', () => {
    const run = blocks.filter(({ section }) => RUN_SECTIONS.some((one) => one === section));
    expect(new Set(run.map(({ section }) => section))).to.deep.equal(new Set(RUN_SECTIONS));
    const others = commands.filter((command) => !run.some((block) => block.commands.includes(command)));
    expect(others.filter((command) => NOT_RUN[command] === undefined)).to.deep.equal([]);
    expect(Object.keys(NOT_RUN).filter((command) => !commands.includes(command))).to.deep.equal([]);
  });

  it('shows each name that is the reader’s to replace, and links the files that they edit', () => {
    const edited = EDITED_FILES.map(read).join('');
    for (const name of Object.keys(PLACEHOLDERS)) {
      expect(readme, name).to.include(name);
      const isInCommands = commands.some((command) => command.includes(name));
      expect(isInCommands || edited.includes(name), `${name} is used`).to.equal(true);
    }
    for (const file of EDITED_FILES) expect(readme).to.include(`(${file})`);
  });

  it('has a table of what a claim that waits is told', () => {
    expect(readRefusals(readme, REFUSALS_SECTION)).to.have.lengthOf(4);
  });
});

describe('documents', () => {
  it('link to files and headings that are there', () => {
    const broken = documents.flatMap((path) => linksIn(path).filter((link) => !isThere(path, link)));
    expect(broken).to.deep.equal([]);
  });

  it('begin each guide with an example', () => {
    const guides = documents.filter((path) => path.startsWith('docs/guides/'));
    expect(guides).to.not.be.empty;
    const late = guides.filter((path) => {
      const [before = ''] = read(path).split('```');
      return before.split('\n').length > 6;
    });
    expect(late).to.deep.equal([]);
  });
});

function linksIn(path: string): readonly string[] {
  const links = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((target) => !/^[a-z]+:/.test(target));
}

function isThere(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(join(root, path))) return false;
  return anchor === undefined || headingsOf(path).includes(anchor);
}

/** As GitHub makes them of the headings. */
function headingsOf(path: string): readonly string[] {
  const headings = [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text);
  return headings.map((text) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
