import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { createAdditions } from '../../src/glusterd2/additions.ts';
import { parseServerError, toFault } from '../../src/glusterd2/faults.ts';
import type { RestClient } from '../../src/glusterd2/http.ts';
import { ADDITIONS } from '../../src/glusterd2/wire.ts';

const call = { id: 'test', signal: new AbortController().signal };
const plain = async () => 'plain';

/** A client whose servers list these endpoints; counts how often they are asked. */
function listing(...names: readonly string[]) {
  const asked: string[] = [];
  const client: RestClient = {
    async request(request) {
      asked.push(request.path);
      const rest = { description: '', methods: '', path: '', 'request-type': '', 'response-type': '' };
      return request.reply.parse(names.map((name) => ({ name, ...rest })));
    },
    close: async () => undefined,
  };
  return { additions: createAdditions(client), asked };
}

function unknownRoute(): Fault {
  const error = parseServerError(404, '404 page not found\n');
  if (error === undefined) throw new Error('not understood');
  return toFault(error, { subject: 'volume v', mutates: true });
}

describe('additions to glusterd2', () => {
  it('are used when they are listed, which is asked once', async () => {
    const { additions, asked } = listing('VolumeCreate', ADDITIONS.resize);
    const ways = { plain, extended: async () => 'extended' };
    expect(await additions.choose(ADDITIONS.resize, call, ways)).to.equal('extended');
    expect(await additions.choose(ADDITIONS.capacity, call, ways)).to.equal('plain');
    expect(asked).to.deep.equal(['/endpoints']);
  });

  it('are done without when the server asked does not know them, and listed again', async () => {
    const { additions, asked } = listing(ADDITIONS.resize);
    const ways = { plain, extended: () => Promise.reject(unknownRoute()) };
    expect(await additions.choose(ADDITIONS.resize, call, ways)).to.equal('plain');
    expect(await additions.choose(ADDITIONS.resize, call, ways)).to.equal('plain');
    expect(asked).to.have.length(2);
  });

  it('are not done without after any other failure', async () => {
    const { additions } = listing(ADDITIONS.resize);
    for (const fault of [
      new Fault('uncertain', 'x'),
      new Fault('not-found', 'x'),
      new Fault('unsupported', 'x'),
    ]) {
      let thrown: unknown;
      await additions
        .choose(ADDITIONS.resize, call, { plain, extended: () => Promise.reject(fault) })
        .catch((error: unknown) => {
          thrown = error;
        });
      expect(thrown).to.equal(fault);
    }
  });
});
