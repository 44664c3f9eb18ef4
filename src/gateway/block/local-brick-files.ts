import { join } from 'node:path';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { isAbsent, toErrorText } from '../../host/child-error.ts';
import { run } from '../../host/run.ts';
import type { BrickStore } from '../bricks/brick-store.ts';
import { BLOCK_BYTES, type BrickFile, type BrickFiles } from './brick-files.ts';
import type { HostingMounts } from './hosting-mounts.ts';

const LOOK_MS = 10_000;
/** A reflink takes a second for a million extents. */
const CLONE_MS = 60_000;
const DIGEST_MS = 120_000;

interface Parts {
  readonly bricks: BrickStore;
  readonly mounts: HostingMounts;
  /** The path of `brick-file` (src/native/brick-file.c). */
  readonly program: string;
}

/** Those of this server, by commands with a deadline. */
export function createBrickFiles({ bricks, mounts, program }: Parts): BrickFiles {
  const ask = async (verb: string, { file, more = [] }: Asked, timeoutMs: number, call: Call) => {
    await requireLoop(bricks, file, call);
    const args = [verb, file.brick, file.path, ...more];
    const { exitCode, stdout, stderr } = await run(program, args, { signal: call.signal, timeoutMs });
    if (exitCode === 0) return stdout.split('\n').filter((line) => line !== '');
    const reason = toErrorText(stderr);
    const what = `cannot ${verb} ${file.path} of brick ${file.brick}: ${reason}`;
    throw new Fault(isAbsent(reason) ? 'not-found' : 'unreachable', what);
  };
  return {
    async look(file, call) {
      const [line = ''] = await ask('look', { file }, LOOK_MS, call);
      const [gfid = '', size = '', state] = line.split(' ');
      return { gfid, size: BigInt(size), blames: state !== 'clean' };
    },
    async clone(file, to, call) {
      const [size = ''] = await ask('clone', { file, more: [to] }, CLONE_MS, call);
      return BigInt(size);
    },
    async digest(file, { first, count, keys }, call) {
      const more = [BLOCK_BYTES, first, count, ...keys].map(String);
      const lines = await ask('digest', { file, more }, DIGEST_MS, call);
      return new Map(
        lines.map((line) => {
          const [block, sums = ''] = line.split(' ');
          return [Number(block), sums] as const;
        }),
      );
    },
    async spread(file, blocks, call) {
      await requireLoop(bricks, file, call);
      const from = join(file.brick, file.path);
      await mounts.use(
        file.volume,
        (disks) => disks.snapshots.overwrite({ ...file, from }, blocks, call),
        call,
      );
    },
  };
}

interface Asked {
  readonly file: BrickFile;
  readonly more?: readonly string[];
}

async function requireLoop(bricks: BrickStore, { volume, brick }: BrickFile, call: Call): Promise<void> {
  const found = (await bricks.bricks(volume, call)).find(({ path }) => path === brick);
  if (found === undefined) throw new Fault('not-found', `no brick ${brick} of volume ${volume} here`);
  if (found.provisioner === 'loop' && found.state === 'used') return;
  throw new Fault(
    'wrong-state',
    `brick ${brick} is ${found.state}, of type ${found.provisioner}; block volumes are copied on bricks of type loop`,
  );
}
