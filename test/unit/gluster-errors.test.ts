import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { FaultKind } from '../../src/control/fault.ts';
import { lost, toFault } from '../../src/gateway/gluster-cli/errors.ts';

const change = { what: 'create of volume v', mutates: true };
const question = { what: 'list of the pool', mutates: false };

function kindOf(text: string, asked = change, reply: 'xml' | 'text' = 'xml'): FaultKind {
  return toFault({ opRet: reply === 'xml' ? -1 : undefined, opErrno: 0, text }, asked).kind;
}

/** `xml rc=0 -1|30800|reason <cli` lines of the recorded session: what an XML reply said. */
function recordedRefusals(): readonly string[] {
  const text = readFileSync(new URL('../fixtures/gluster-10.3-xml/ERRORS.txt', import.meta.url), 'utf8');
  return [...text.matchAll(/^ xml rc=\d+ -?1\|\d+\|([^\n]+?)(?: <cli)?$/gm)].map((match) => match[1] ?? '');
}

describe('gluster’s refusals', () => {
  const expected: readonly [RegExp, FaultKind][] = [
    [/^Volume \S+ already exists$/, 'conflict'],
    [/^Volume .*does not exist$/, 'not-found'],
    [/already started$|has been started|hosts one or more bricks/, 'wrong-state'],
    [/not in 'Peer in Cluster' state|endpoint is not connected/, 'unreachable'],
    [
      /not available\. Brick may be|Failed to create brick directory|too long|Volume file path|thin provisioned|Failed to find/,
      'invalid',
    ],
  ];

  it('are each told apart in the recorded session', () => {
    const refusals = recordedRefusals();
    expect(refusals.length).to.be.greaterThan(30);
    for (const refusal of refusals) {
      const kind = expected.find(([pattern]) => pattern.test(refusal))?.[1];
      if (kind !== undefined) expect(kindOf(refusal), refusal).to.equal(kind);
    }
    for (const [pattern] of expected)
      expect(
        refusals.some((refusal) => pattern.test(refusal)),
        String(pattern),
      ).to.equal(true);
  });

  it('say who is busy or away', () => {
    expect(kindOf('Another transaction is in progress for v1. Please try again after some time.')).to.equal(
      'busy',
    );
    expect(kindOf('Locking failed on g2. Please check log file for details.')).to.equal('busy');
    for (const text of [
      'Host g3 not connected',
      'Some of the peers are down',
      'Quorum not met. Volume operation not allowed.',
      'One of the peers is probably down. Check with "peer status"',
      'One or more nodes are not connected',
    ])
      expect(kindOf(text), text).to.equal('unreachable');
    expect(toFault({ opRet: -1, opErrno: 0, text: 'Host g3 not connected' }, change).message).to.contain(
      'g3',
    );
  });

  it('are uncertain when a change may have happened, and only then', () => {
    const half = 'Commit failed on g2. Please check log file for details.';
    expect(kindOf(half)).to.equal('uncertain');
    expect(kindOf(half, question)).to.equal('unreachable');
    expect(kindOf(`Volume v does not exist\n${half}`)).to.equal('uncertain');
    expect(kindOf('', change, 'text')).to.equal('uncertain');
    expect(kindOf('', question, 'text')).to.equal('unreachable');
    expect(kindOf('Error : Request timed out', change, 'text')).to.equal('uncertain');
    // Recorded: glusterd killed in the middle of a stop says the same as no glusterd at all.
    const gone = 'Connection failed. Please check if gluster daemon is operational.';
    expect(kindOf(gone, change, 'text')).to.equal('uncertain');
    expect(kindOf(gone, question, 'text')).to.equal('unreachable');
    expect(lost(change, 'it was killed').kind).to.equal('uncertain');
    expect(lost(question, 'it was killed').kind).to.equal('unreachable');
  });

  it('of the command’s own parser changed nothing', () => {
    const usage =
      'Wrong brick type: relative/path, use <HOSTNAME>:<export-dir-abs-path>\n\nUsage:\nvolume create <NEW-VOLNAME> …';
    const fault = toFault({ opRet: undefined, opErrno: 0, text: usage }, change);
    expect(fault.kind).to.equal('invalid');
    expect(fault.message).to.contain('Wrong brick type').and.not.contain('NEW-VOLNAME');
  });

  it('are one bounded line', () => {
    const fault = toFault({ opRet: -1, opErrno: 0, text: `a\nb ${'x'.repeat(5000)}` }, change);
    expect(fault.message).to.not.contain('\n');
    expect(fault.message.length).to.be.lessThan(700);
  });
});
