import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { FaultKind } from '../../src/control/fault.ts';
import { parseServerError, toFault } from '../../src/glusterd2/faults.ts';

interface Sample {
  readonly request: { readonly method: string; readonly path: string };
  readonly response: { readonly status: number; readonly body: unknown };
}

/** What each recorded refusal of glusterd2 4.2 has to read as. */
const EXPECTED: Readonly<Record<string, FaultKind>> = {
  'auth-bad-iss': 'unauthenticated',
  'auth-bad-qsh': 'unauthenticated',
  'auth-expired': 'unauthenticated',
  'bad-json': 'invalid',
  'bad-method': 'unsupported',
  'block-bad-provider': 'invalid',
  'block-create-nohost': 'exhausted',
  'block-create-nosuchhost': 'not-found',
  'block-create-notype': 'invalid',
  'block-create-toobig': 'exhausted',
  'block-delete-missing': 'not-found',
  'block-get-missing': 'not-found',
  'cluster-options-bad': 'invalid',
  'conc-create-1': 'conflict',
  'conc-create-3': 'conflict',
  'conc-del-2': 'not-found',
  'conc-del-3': 'not-found',
  'conc-stop-1': 'wrong-state',
  'conc-stop-3': 'wrong-state',
  'device-add-badpeer': 'invalid',
  'device-add-dup': 'conflict',
  'device-add-missing': 'uncertain',
  'device-delete': 'unsupported',
  'device-edit-bad': 'invalid',
  'device-info-missing': 'not-found',
  'heal-rep3': 'wrong-state',
  'metadata-big': 'invalid',
  'no-route': 'unsupported',
  'peer-add-bad': 'unreachable',
  'peer-delete-bricks': 'wrong-state',
  'peer-dup': 'conflict',
  'peer-get-missing': 'not-found',
  'rebalance-start': 'wrong-state',
  'rebalance-status': 'not-found',
  'replace-brick': 'exhausted',
  'smart-arb-create': 'out-of-range',
  'smart-create-devdisabled': 'exhausted',
  'smart-create-rep3-onepeer': 'exhausted',
  'smart-dist2-rep3-create': 'exhausted',
  'smart-expand-loop': 'wrong-state',
  'smart-rep4': 'invalid',
  'smart-rf': 'invalid',
  'snap-activate-missing': 'not-found',
  'snap-clone-missing': 'not-found',
  'snap-config': 'not-found',
  'snap-create-missingvol': 'not-found',
  'snap-create-v1': 'uncertain',
  'snap-create': 'unsupported',
  'snap-deactivate-missing': 'not-found',
  'snap-delete-missing': 'not-found',
  'snap-info': 'not-found',
  'snap-list-badvol': 'not-found',
  'snap-restore-missing': 'not-found',
  'snap-status-missing': 'not-found',
  'version-noauth': 'unauthenticated',
  'vol-create-badname': 'invalid',
  'vol-create-dup': 'conflict',
  'vol-create-missing-dir': 'invalid',
  'vol-create-nobricks': 'invalid',
  'vol-create-nodevice': 'exhausted',
  'vol-create-small': 'out-of-range',
  'vol-delete-again': 'not-found',
  'vol-delete-missing': 'not-found',
  'vol-delete-started': 'wrong-state',
  'vol-edit-restricted': 'invalid',
  'vol-expand-none': 'not-found',
  'vol-expand-smart': 'wrong-state',
  'vol-heal-info': 'unreachable',
  'vol-heal': 'uncertain',
  'vol-info-missing': 'not-found',
  'vol-options-bad': 'invalid',
  'vol-profile': 'unsupported',
  'vol-start-again': 'wrong-state',
  'vol-start-missing': 'not-found',
  'vol-status-stopped': 'wrong-state',
  'vol-stop-again': 'wrong-state',
  'vol-stop-missing': 'not-found',
};

const directory = new URL('../fixtures/glusterd2/', import.meta.url);
const refusals = readdirSync(directory)
  .map((file) => ({
    name: file.replace('.json', ''),
    sample: JSON.parse(readFileSync(new URL(file, directory), 'utf8')) as Sample,
  }))
  .filter(({ sample }) => sample.response.status >= 400);

function faultFor(status: number, text: string, mutates: boolean) {
  const error = parseServerError(status, text);
  return error === undefined ? undefined : toFault(error, { subject: 'volume v', mutates });
}

function reply(message: string, fields?: object): string {
  return JSON.stringify({ errors: [{ code: 1, message, ...(fields === undefined ? {} : { fields }) }] });
}

describe('faults of glusterd2', () => {
  it('has a recorded refusal for each expectation', () => {
    expect(refusals.map(({ name }) => name)).to.have.members(Object.keys(EXPECTED));
  });

  for (const { name, sample } of refusals) {
    const { status, body } = sample.response;
    it(`reads ${name} (${status}) as ${EXPECTED[name]}`, () => {
      const text = typeof body === 'string' ? body : body === null ? '' : JSON.stringify(body);
      const fault = faultFor(status, text, sample.request.method !== 'GET');
      expect(fault?.kind).to.equal(EXPECTED[name]);
      expect(fault?.message)
        .to.match(/^volume v: \S/)
        .and.not.match(/[\n\t]|Parent PID|Usage|exit status/);
      expect(fault?.message.length).to.be.below(320);
    });
  }

  it('reads what was not recorded but stands in the source', () => {
    const lock = 'could not obtain lock: another conflicting transaction may be in progress';
    expect(faultFor(409, reply(lock), true)?.kind).to.equal('busy');
    expect(faultFor(500, reply('timeout in synchronizing txn'), true)?.kind).to.equal('uncertain');
    expect(faultFor(400, reply('Space not sufficient on device'), true)?.kind).to.equal('exhausted');
    const snapshots = faultFor(424, reply('cannot delete Volume v ,as it has 2 snapshots'), true);
    expect(snapshots?.kind).to.equal('wrong-state');
    expect(snapshots?.message).to.include('delete the snapshots first');
  });

  it('never calls an unknown failure of a change final', () => {
    for (const status of [402, 418, 500, 502, 503, 599]) {
      expect(faultFor(status, reply('surprise'), true)?.kind, `${status} of a change`).to.equal('uncertain');
      expect(faultFor(status, reply('surprise'), false)?.kind, `${status} of a read`).to.equal('unreachable');
    }
  });

  it('lets the kind that the gateway names win, and its message pass unchanged', () => {
    const busy = faultFor(409, reply('volume v already exists', { fault: 'busy' }), true);
    expect(busy).to.include({ kind: 'busy', message: 'volume v already exists' });
    expect(faultFor(409, reply('x already exists', { fault: 'constructor' }), true)?.kind).to.equal(
      'conflict',
    );
    expect(faultFor(409, reply('x already exists', { fault: 7 }), true)?.kind).to.equal('conflict');
  });

  it("does not take a proxy's page for glusterd2's answer", () => {
    for (const text of [
      '<html>404 page not found</html>',
      '',
      '{}',
      '{"errors":[]}',
      '{"errors":"x"}',
      'null',
    ]) {
      expect(faultFor(404, text, true), text).to.equal(undefined);
    }
    expect(faultFor(405, '<html>', true)).to.equal(undefined);
  });
});
