import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readNewestClientId } from '../../src/mounter/newest-client-id.ts';

describe('the newest client id', () => {
  it('is what the file says now, and unknown while it is empty or not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gluster-csi-newest-'));
    try {
      const file = join(folder, 'client-id');
      const read = readNewestClientId(file);
      expect(await read()).to.equal(undefined);
      for (const [text, id] of [
        ['', undefined],
        ['image:1\n', 'image:1'],
        ['image:2', 'image:2'],
      ] as const) {
        writeFileSync(file, text);
        expect(await read()).to.equal(id);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
