import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../control/fault.ts';
import type { IscsiHost } from '../staging/iscsi/iscsi-host.ts';
import { writeDurably } from './durable-file.ts';

type Methods = Pick<IscsiHost, 'readNote' | 'writeNote' | 'removeNote'>;

/** Notes lie at staging paths, in kubelet's own directory: no volume is mounted there, but below it. */
export const notes: Methods = {
  async readNote(path) {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw new Fault('unreachable', `${path} cannot be read`, { cause: error });
    }
  },
  async writeNote(path, text) {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o750 });
      await writeDurably(path, text);
    } catch (error) {
      throw new Fault('unreachable', `${path} cannot be written; is the disk of this node full?`, {
        cause: error,
      });
    }
  },
  removeNote: (path) => rm(path, { force: true }),
};
