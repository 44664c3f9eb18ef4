import { mkdtemp, readdir } from 'node:fs/promises';
import { createLinuxIscsiHost } from '../../src/host/linux-iscsi-host.ts';
import { iscsiHostContract } from '../contract/iscsi-host.ts';
import { startDaemons, stopUdev } from './iscsi/daemons.ts';
import { LioTarget } from './iscsi/lio-target.ts';

const BYTES = 400n * 1024n ** 2n;

iscsiHostContract('the guest kernel: iscsi', async () => {
  await startDaemons();
  const target = await LioTarget.make(0, BYTES);
  const { lun } = target;
  return {
    host: createLinuxIscsiHost({ iscsid: 'host' }),
    folder: await mkdtemp('/tmp/iscsi-host-'),
    lun,
    bytes: BYTES,
    deadPortal: '127.0.0.9:3260',
    admit: (chap) => target.admit(chap),
    resize: (bytes) => target.resize(bytes),
    scribble: async (at) => {
      await target.wipe();
      await target.write(at, 'somebody wrote here');
    },
    records: () => readdir(`/etc/iscsi/nodes/${lun.iqn}`).catch(() => []),
    async [Symbol.asyncDispose]() {
      await target[Symbol.asyncDispose]();
      await stopUdev();
    },
  };
});
