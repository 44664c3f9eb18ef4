import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { timed } from './install/timed.ts';
import { type Beginning, bringUp } from './readme/bring-up.ts';
import { readBlocks } from './readme/read-readme.ts';
import { provoke, readRefusals, toPattern } from './readme/refusals.ts';
import { NOT_RUN, REFUSALS_SECTION, RUN_SECTIONS, substitute } from './readme/tables.ts';

const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
const SET_UP_MS = 20 * 60_000;

/** README.md's commands as they stand there; which are left out, and why, is in readme/tables.ts. */
describe('README.md', () => {
  const blocks = readBlocks(readme);
  let beginning: Beginning;

  before('three servers, an empty cluster', async function () {
    this.timeout(SET_UP_MS);
    beginning = await timed('README.md: three servers with empty disks, an empty cluster', () =>
      bringUp('e2e-readme'),
    );
  });
  after('take it down', async function () {
    this.timeout(60_000);
    await beginning?.[Symbol.asyncDispose]();
  });

  for (const section of RUN_SECTIONS) {
    it(section, async () => {
      const commands = blocks
        .filter((block) => block.section === section)
        .flatMap((block) => block.commands)
        .filter((command) => NOT_RUN[command] === undefined);
      expect(commands).to.not.be.empty;
      await timed(`README.md: ${section}`, () => beginning.must(commands.map(substitute)));
    });
  }

  it('ends with a bound claim and a pod that writes', async () => {
    const { cluster } = beginning;
    const phase = await cluster.mustKubectl(['get', 'pvc/shared', '--output=jsonpath={.status.phase}']);
    expect(phase).to.equal('Bound');
    const lines = await cluster.mustKubectl(['exec', 'writer', '--', 'cat', '/data/log']);
    expect(lines).to.match(/\d\d:\d\d:\d\d/);
  });

  // In their order: the last one switches a server off.
  for (const { cause, words } of readRefusals(readme, REFUSALS_SECTION)) {
    it(`says why a claim waits: ${cause}`, async () => {
      const said = await provoke(beginning.cluster, cause);
      console.log(`           ${said}`);
      expect(said).to.match(toPattern(words));
    });
  }
});
