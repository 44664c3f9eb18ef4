import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { type KeyReader, keyFile } from '../../src/glusterd2/key-file.ts';

const KEY = '0123456789abcdef'.repeat(4);

describe('glusterd2 key file', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'gluster-csi-key-'));
    path = join(directory, 'auth');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function write(content: string, mode = 0o600): void {
    writeFileSync(path, content);
    chmodSync(path, mode);
  }

  it("is the file's bytes, less one line feed at the end", async () => {
    for (const [content, key] of [
      [KEY, KEY],
      [`${KEY}\n`, KEY],
      [`${KEY}\n\n`, `${KEY}\n`],
      [` ${KEY}\r\n`, ` ${KEY}\r`],
    ] as const) {
      write(content);
      expect(await text(keyFile(path))).to.equal(key);
    }
  });

  it('takes what owner and group alone may read', async () => {
    for (const mode of [0o400, 0o440, 0o600, 0o640]) {
      write(KEY, mode);
      expect(await text(keyFile(path)), mode.toString(8)).to.equal(KEY);
    }
  });

  it('refuses what others may read or write, and says how to mend it', async () => {
    for (const mode of [0o644, 0o604, 0o602, 0o660, 0o620, 0o666]) {
      write(KEY, mode);
      expect(await refusal(keyFile(path)))
        .to.include(`0${mode.toString(8)}`)
        .and.include(`chmod 0640 ${path}`);
    }
  });

  it('refuses a short key, a missing file, a directory and an endless one', async () => {
    write('secret');
    expect(await refusal(keyFile(path)))
      .to.include('6 bytes')
      .and.not.include('secret');
    expect(await refusal(keyFile(join(directory, 'none')))).to.include('ENOENT');
    expect(await refusal(keyFile(directory))).to.include('not a regular file');
    expect(await refusal(keyFile('/dev/zero'))).to.include('not a regular file');
    write('x'.repeat(2 * 1024 * 1024));
    expect(await refusal(keyFile(path))).to.include('larger than');
  });

  it('is read again when it changes, also by way of a symbolic link, and when it goes bad', async () => {
    for (const version of ['one', 'two']) {
      mkdirSync(join(directory, version));
      writeFileSync(join(directory, version, 'key'), `${version}${KEY}`, { mode: 0o600 });
    }
    symlinkSync(join(directory, 'one', 'key'), path);
    const read = keyFile(path, 0);
    expect(await text(read)).to.equal(`one${KEY}`);
    symlinkSync(join(directory, 'two', 'key'), `${path}.new`);
    renameSync(`${path}.new`, path);
    expect(await text(read)).to.equal(`two${KEY}`);
    chmodSync(join(directory, 'two', 'key'), 0o644);
    expect(await refusal(read)).to.include('chmod');
    chmodSync(join(directory, 'two', 'key'), 0o600);
    expect(await text(read)).to.equal(`two${KEY}`);
  });

  it('is not looked at again within the time that a look holds', async () => {
    write(KEY);
    const read = keyFile(path, 60_000);
    expect(await text(read)).to.equal(KEY);
    rmSync(path);
    expect(await text(read)).to.equal(KEY);
  });
});

async function text(read: KeyReader): Promise<string> {
  return Buffer.from(await read()).toString();
}

async function refusal(read: KeyReader): Promise<string> {
  try {
    await read();
  } catch (error) {
    expect(error).to.be.instanceOf(Fault).with.property('kind', 'unreachable');
    return (error as Fault).message;
  }
  return 'read';
}
