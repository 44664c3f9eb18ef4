import { expect } from 'chai';
import { beyondAbsence } from '../../src/host/child-error.ts';

describe('what a command says that looked at many files', () => {
  const gone = "find: '/v/a': No such file or directory\n";
  const dead = "find: '/v/b': Transport endpoint is not connected\n";
  const cases: readonly [string, number, string, string | undefined][] = [
    ['nothing', 0, '', undefined],
    ['that some are absent', 1, `${gone}\n${gone}`, undefined],
    ['that one is absent and another cannot be read', 1, gone + dead, 'Transport endpoint is not connected'],
    ['nothing, and fails', 1, '\n', 'it failed without a word'],
  ];
  for (const [what, exitCode, stderr, reason] of cases) {
    it(`is judged when it says ${what}`, () => {
      expect(beyondAbsence({ exitCode, stderr })).to.equal(reason);
    });
  }
});
