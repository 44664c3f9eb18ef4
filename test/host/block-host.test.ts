import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLinuxBlockHost } from '../../src/host/linux-block-host.ts';
import { run } from '../../src/host/run.ts';
import { call } from '../contract/backend.ts';
import { blockHostContract, MIB } from '../contract/block-host.ts';

/** The disks lie on this machine's own disk, in directories that are bound so that they are mounts. */
blockHostContract('the Linux host', async () => {
  const host = createLinuxBlockHost();
  const folder = mkdtempSync(join(tmpdir(), 'gluster-csi-block-'));
  const clients: string[] = [];
  const write = async (file: string, at: bigint, text: string) => {
    const args = [`of=${file}`, 'conv=notrunc', 'oflag=seek_bytes', `seek=${at}`, 'status=none'];
    await run('dd', args, { timeoutMs: 10_000, input: text });
  };
  return {
    host,
    folder,
    async newDisk() {
      const client = join(folder, `disk-${clients.length}`, 'client');
      clients.push(client);
      await host.makeDirectory(client, call());
      await host.bind(client, client, { readonly: false }, call());
      const file = join(client, 'disk');
      await host.makeFile(file, call());
      truncateSync(file, Number(400n * MIB));
      return file;
    },
    resize: async (file, bytes) => truncateSync(file, Number(bytes)),
    scribble: (file, at) => write(file, at, 'somebody wrote here'.padEnd(4096, '.').repeat(64)),
    // The log of an XFS lies in its middle; a superblock that is cut short is damage to both.
    damage: (file) =>
      write(file, 1024n + 24n, '\0'.repeat(64)).then(() => write(file, 32n, '\xff'.repeat(8))),
    async [Symbol.asyncDispose]() {
      for (const client of clients) await host.unmount(client, call());
      rmSync(folder, { recursive: true });
    },
  };
});
