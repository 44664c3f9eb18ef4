import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import protobuf from 'protobufjs';

const program = fileURLToPath(new URL('./redaction-program.ts', import.meta.url));
const CANARY = 'canary-5b1f7a';

/** The messages of csi.proto that carry secrets, with the names of those fields, by the proto's own mark. */
function secretFields(): Map<string, string[]> {
  const text = readFileSync(new URL('../../proto/csi.proto', import.meta.url), 'utf8');
  const contract = protobuf.parse(text, { keepCase: true }).root.lookup('csi.v1');
  if (!(contract instanceof protobuf.Namespace)) throw new Error('csi.proto has no package csi.v1');
  const found = new Map<string, string[]>();
  for (const object of contract.nestedArray) {
    if (!(object instanceof protobuf.Type)) continue;
    const names = object.fieldsArray.filter((field) => field.options?.['(csi_secret)'] === true);
    if (names.length > 0)
      found.set(
        object.name,
        names.map((field) => field.name),
      );
  }
  return found;
}

describe('secrets', () => {
  it('are in fields of one name, which the log leaves out', () => {
    const fields = secretFields();
    expect(fields.size).to.be.greaterThan(15);
    expect([...new Set([...fields.values()].flat())]).to.deep.equal(['secrets']);
  });

  it('are neither logged nor told, whatever becomes of the call', async function () {
    this.timeout(60_000);
    const messages = [...secretFields().keys()];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, CANARY, ...messages]);
    expect(stderr)
      .to.match(/"method":"CreateVolume"/)
      .and.match(/"outcome":"UNAVAILABLE"/);
    // Two of each message, and the password of the login.
    expect(stderr.match(/\[Redacted\]/g)).to.have.length(2 * messages.length + 1);
    expect(stderr).not.to.include(CANARY);
    expect(stdout).to.match(/gl1:volume:east:pvc-1/);
    expect(stdout).not.to.include(CANARY);
  });
});
