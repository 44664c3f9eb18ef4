import { mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/host/run.ts';
import { call } from '../contract/backend.ts';
import { type BlockHostSubject, MIB } from '../contract/block-host.ts';
import { remoteHost } from '../contract/host-remote.ts';
import { command, makeOuterXfs } from './outer-xfs.ts';

/** capabilities(7) */
const CAP_SYS_RESOURCE = 24n;

/** Whoever makes a mount namespace meanwhile, as labs do, would have our mounts too, and keep our devices. */
const OWN_NAMESPACE = ['unshare', '--mount', '--propagation', 'private'];

const GIB = 1024 ** 3;

/** The disks lie on an XFS, as on a brick's, in directories that are bound so that they are mounts. */
export async function linuxBlockSubject(): Promise<BlockHostSubject> {
  const outer = await makeOuterXfs(2, 8 * GIB);
  const [usual = '', doomed = ''] = outer.devices;
  const remote = remoteHost((inside) => [...OWN_NAMESPACE, ...inside]);
  const { host } = remote;
  const folder = join(usual, 'work');
  mkdirSync(folder);
  const clients: string[] = [];
  const write = async (file: string, at: bigint, text: string) => {
    const args = [`of=${file}`, 'conv=notrunc', 'oflag=seek_bytes', `seek=${at}`, 'status=none'];
    await run('dd', args, { timeoutMs: 10_000, input: text });
  };
  return {
    host,
    folder,
    grow: hasCapability(CAP_SYS_RESOURCE) ? ['xfs', 'ext4'] : ['xfs'],
    async newDisk(fate) {
      const client = join(fate === undefined ? folder : doomed, `disk-${clients.length}`, 'client');
      clients.push(client);
      await host.makeDirectory(client, call());
      await host.bind(client, client, { readonly: false }, call());
      const file = join(client, 'disk');
      await host.makeFile(file, call());
      truncateSync(file, Number(400n * MIB));
      return file;
    },
    doom: async () => void (await command('xfs_io', ['-x', '-c', 'shutdown', doomed])),
    resize: async (file, bytes) => truncateSync(file, Number(bytes)),
    scribble: (file, at) => write(file, at, 'somebody wrote here'.padEnd(4096, '.').repeat(64)),
    // The log of an XFS lies in its middle; a superblock that is cut short is damage to both.
    damage: (file) =>
      write(file, 1024n + 24n, '\0'.repeat(64)).then(() => write(file, 32n, '\xff'.repeat(8))),
    async [Symbol.asyncDispose]() {
      for (const client of clients) await host.unmount(client, call());
      await remote[Symbol.asyncDispose]();
      await outer[Symbol.asyncDispose]();
    },
  };
}

function hasCapability(bit: bigint): boolean {
  const [, mask = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return ((BigInt(`0x${mask}`) >> bit) & 1n) === 1n;
}
