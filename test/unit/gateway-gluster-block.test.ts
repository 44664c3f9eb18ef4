import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import { toFault } from '../../src/gateway/gluster-block/errors.ts';
import { commonSize, exporting, isWhole, parseMeta } from '../../src/gateway/gluster-block/export-meta.ts';
import { readExported, withExported } from '../../src/gateway/gluster-block/exports-record.ts';
import { parseReply } from '../../src/gateway/gluster-block/reply.ts';

const BEGUN =
  'VOLUME: hv\nGBID: 1405f5cc-6700-4fd4-b833-6fa53f232907\nHA: 2\nENTRYCREATE: INPROGRESS\nPRIOPATH: 10.0.0.1\n';
const FILE = `${BEGUN}SIZE: 1073741824\nRINGBUFFER: 0\nENTRYCREATE: SUCCESS\nPASSWORD: secret\n`;
const BOTH = ['10.0.0.1', '10.0.0.2'];
const WHOLE = `${FILE}${BOTH.map((host) => `${host}: CONFIGINPROGRESS\n${host}: CONFIGSUCCESS\n${host}: AUTHENFORCED\n`).join('')}`;

function meta(text: string) {
  const parsed = parseMeta(text);
  if (parsed === undefined) throw new Error('it was not read');
  return parsed;
}

describe('gluster-block’s log of a block volume', () => {
  it('has the exact size, the servers and whether there is a password', () => {
    expect(meta(WHOLE)).to.deep.include({ size: 1_073_741_824n, ha: 2, hasAuth: true, wasWhole: true });
    expect(isWhole(meta(WHOLE))).to.equal(true);
    expect(exporting(meta(WHOLE)).map(({ address }) => address)).to.deep.equal(BOTH);
    expect(meta(`${WHOLE}PASSWORD: \n`).hasAuth).to.equal(false);
  });

  it('is of none before it has an id, and of a half made one before all servers have it', () => {
    expect(parseMeta('')).to.equal(undefined);
    expect(parseMeta('VOLUME: hv\n')).to.equal(undefined);
    expect(meta(BEGUN)).to.deep.include({ size: undefined, wasWhole: false });
    const half = meta(`${FILE}10.0.0.1: CONFIGSUCCESS\n10.0.0.2: CONFIGFAIL\n10.0.0.1: CLEANUPSUCCESS\n`);
    expect([isWhole(half), half.wasWhole, exporting(half).length]).to.deep.equal([false, false, 0]);
  });

  it('remembers that it was whole, whatever came later', () => {
    const broken = meta(`${WHOLE}10.0.0.2: CLEANUPFAIL\n`);
    expect([isWhole(broken), broken.wasWhole]).to.deep.equal([false, true]);
  });

  it('has the size that every server exports: not before the last has the new one', () => {
    const begun = `${WHOLE}SIZE: 2147483648\n10.0.0.1: RSSUCCESS-2147483648\n10.0.0.2: RSINPROGRESS-2147483648\n`;
    expect(commonSize(meta(begun))).to.equal(1_073_741_824n);
    expect(commonSize(meta(`${begun}10.0.0.2: RSFAIL-2147483648\n`))).to.equal(1_073_741_824n);
    expect(commonSize(meta(`${begun}10.0.0.2: RSSUCCESS-2147483648\n`))).to.equal(2_147_483_648n);
    const unsaid = `${WHOLE}SIZE: 2147483648\n`;
    expect(commonSize(meta(unsaid))).to.equal(1_073_741_824n);
    const moved = `${begun}10.0.0.3: RPSUCCESS\n10.0.0.2: CLEANUPSUCCESS\n`;
    expect([commonSize(meta(moved)), isWhole(meta(moved))]).to.deep.equal([2_147_483_648n, true]);
  });
});

describe('the record of who has gluster-block’s volumes', () => {
  const RECORD = {
    capacity: 1n,
    provisioner: 'loop',
    metadata: { owner: 'us', '_published:x': 'ro w 10.0.0.1' },
  };
  const one = { node: 'w1', initiator: 'iqn.1994-05.com.example:w1', readonly: false, isLeaving: false };

  it('is read as it was written, and leaves the rest alone', () => {
    const exported = new Map([
      [
        'a',
        [
          { ...one, readonly: true },
          { ...one, node: 'w2', readonly: true },
        ],
      ],
      ['b', [{ ...one, isLeaving: true }]],
      ['c', []],
    ]);
    const record = withExported(RECORD, exported);
    exported.delete('c');
    expect(readExported(record)).to.deep.equal(exported);
    expect(record.metadata).to.include(RECORD.metadata);
    expect(withExported(record, new Map())).to.deep.equal(RECORD);
  });

  it('is not guessed when it cannot be read', () => {
    try {
      readExported({ metadata: { '_exported:a': 'rwx w1 iqn' } });
      expect.fail('it was read');
    } catch (error) {
      expect(isFault(error, 'wrong-state'), String(error)).to.equal(true);
    }
  });
});

describe('what gluster-block says', () => {
  const asked = { what: 'create of block volume b1', mutates: true };
  const said = (reply: object, exitCode = 255) => {
    const result = { exitCode, stdout: '', stderr: JSON.stringify(reply) };
    return toFault(result, parseReply(result), asked);
  };

  it('names the servers where something is left, and no password', () => {
    const fault = said({
      IQN: 'iqn',
      USERNAME: 'user',
      PASSWORD: 'canary',
      'ROLLBACK FAILED ON': ['10.0.0.2', '10.0.0.3'],
      RESULT: 'FAIL',
    });
    expect(fault.kind).to.equal('uncertain');
    expect(fault.message).to.include('10.0.0.2, 10.0.0.3').and.not.include('canary');
    const unreadable = toFault({ exitCode: 0, stdout: '{"PASSWORD":"canary"', stderr: '' }, undefined, asked);
    expect([unreadable.kind, unreadable.message.includes('canary')]).to.deep.equal(['uncertain', false]);
  });

  it('is uncertain for words that are not known, of a change; of a question it may be asked again', () => {
    expect(said({ RESULT: 'FAIL', errCode: 5, errMsg: 'configure failed' }).kind).to.equal('uncertain');
    const result = { exitCode: 5, stdout: '', stderr: 'something else' };
    expect(toFault(result, undefined, { what: 'question', mutates: false }).kind).to.equal('unreachable');
    expect(said({ RESULT: 'FAIL', errCode: 28, errMsg: 'Low space on the volume hv\n' }).kind).to.equal(
      'exhausted',
    );
  });

  it('may follow a notice of plain text', () => {
    const stdout = 'size is aligned to 512\n{"RESULT":"SUCCESS"}\n';
    expect(parseReply({ exitCode: 0, stdout, stderr: '' })?.RESULT).to.equal('SUCCESS');
  });
});
