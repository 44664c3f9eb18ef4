import type { BrickFiles } from '../block/brick-files.ts';
import { cloneReply, digestReply, lookReply } from './file-wire.ts';
import type { Asking } from './remote-snapshots.ts';
import { done } from './wire.ts';

/** The files on another server's bricks, through its gateway. */
export function createRemoteBrickFiles({ post }: Pick<Asking, 'post'>): BrickFiles {
  return {
    look: (file, call) => post('files/look', { file: plain(file) }, lookReply, call),
    clone: async (file, to, call) =>
      (await post('files/clone', { file: plain(file), to }, cloneReply, call)).size,
    digest: async (file, range, call) =>
      new Map((await post('files/digest', { file: plain(file), range }, digestReply, call)).blocks),
    async spread(file, blocks, call) {
      await post('files/spread', { file: plain(file), blocks }, done, call);
    },
  };
}

function plain({ volume, brick, path }: Parameters<BrickFiles['look']>[0]) {
  return { volume, brick, path };
}
