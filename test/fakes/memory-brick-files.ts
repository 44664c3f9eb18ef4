import { randomUUID } from 'node:crypto';
import { Fault } from '../../src/control/fault.ts';
import { BLOCK_BYTES, type BrickFile, type BrickFiles } from '../../src/gateway/block/brick-files.ts';

/** A file of a volume as its bricks have it. */
interface MemoryFile {
  readonly gfid: string;
  size: bigint;
  /** What a brick has in a block; none is zeros. */
  readonly blocks: Map<string, Map<number, string>>;
  /** Bricks that know of another that it missed something. */
  readonly blaming: Set<string>;
}

/** The files of block volumes on the bricks of a pool in memory, by volume and path. */
export class MemoryBrickFiles {
  readonly #files = new Map<string, MemoryFile>();
  /** Called before each step, by its name and brick; may throw, or write in between. */
  before: (step: string, brick: string) => void | Promise<void> = () => undefined;

  make(volume: string, path: string, size: bigint): MemoryFile {
    const file = { gfid: randomUUID(), size, blocks: new Map(), blaming: new Set<string>() };
    this.#files.set(`${volume}:${path}`, file);
    return file;
  }

  get({ volume, path }: Pick<BrickFile, 'volume' | 'path'>): MemoryFile {
    const file = this.#files.get(`${volume}:${path}`);
    if (file === undefined) throw new Fault('not-found', `no file ${path} on volume ${volume}`);
    return file;
  }

  rename(volume: string, from: string, to: string): void {
    this.#files.set(`${volume}:${to}`, this.get({ volume, path: from }));
    this.#files.delete(`${volume}:${from}`);
  }

  remove(volume: string, path: string): void {
    this.#files.delete(`${volume}:${path}`);
  }

  /** What one brick has in a block. */
  write(file: BrickFile, block: number, text: string): void {
    const { blocks } = this.get(file);
    blocks.set(file.brick, new Map([...(blocks.get(file.brick) ?? []), [block, text]]));
  }

  blocksOf(file: BrickFile): ReadonlyMap<number, string> {
    return this.get(file).blocks.get(file.brick) ?? new Map();
  }

  /** As the gateway of a server with these bricks serves them. */
  serve(bricksOf: (volume: string) => readonly string[]): BrickFiles {
    const enter = async (step: string, file: BrickFile) => {
      await this.before(step, file.brick);
      if (!bricksOf(file.volume).includes(file.brick)) throw new Fault('not-found', `no brick ${file.brick}`);
      return this.get(file);
    };
    return {
      look: async (file) => {
        const { gfid, size, blaming } = await enter('look', file);
        return { gfid, size, blames: blaming.has(file.brick) };
      },
      clone: async (file, to) => {
        const source = await enter('clone', file);
        const target = this.get({ ...file, path: to });
        target.blocks.set(file.brick, new Map(this.blocksOf(file)));
        target.size = source.size;
        return source.size;
      },
      digest: async (file, { first, count }) => {
        await enter('digest', file);
        return new Map([...this.blocksOf(file)].filter(([block]) => block >= first && block < first + count));
      },
      spread: async (file, blocks) => {
        const target = await enter('spread', file);
        const own = this.blocksOf(file);
        for (const brick of bricksOf(file.volume)) {
          const written = [...(target.blocks.get(brick) ?? [])].filter(([block]) => !blocks.includes(block));
          target.blocks.set(
            brick,
            new Map([...written, ...[...own].filter(([block]) => blocks.includes(block))]),
          );
        }
      },
    };
  }
}

/** The block that has this byte. */
export function blockAt(byte: bigint): number {
  return Number(byte / BigInt(BLOCK_BYTES));
}
