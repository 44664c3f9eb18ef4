import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { nativePrograms } from '../../scripts/setup/native.ts';
import { nativeProgram } from '../../src/host/native-program.ts';

describe('the programs of src/native', () => {
  it('are found beside the bundle, else where the image has them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gluster-csi-native-'));
    try {
      expect(nativeProgram('remount', folder)).to.equal('/usr/libexec/gluster-csi/remount');
      writeFileSync(join(folder, 'remount'), '');
      expect(nativeProgram('remount', folder)).to.equal(join(folder, 'remount'));
      expect(nativeProgram('in-cgroup', folder)).to.equal('/usr/libexec/gluster-csi/in-cgroup');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are as many as the code calls', () => {
    expect(nativePrograms()).to.deep.equal([
      'brick-file',
      'clean-brick',
      'freeze',
      'in-cgroup',
      'own-blocks',
      'remount',
    ]);
  });
});
