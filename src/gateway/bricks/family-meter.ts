import { Fault, isFault } from '../../control/fault.ts';
import { run } from '../../host/run.ts';
import { log } from '../../telemetry/log.ts';
import type { FamilyImage, OwnBlocks } from './family.ts';

/** Tells of images that may share blocks which they share; see takenBytes. */
export interface FamilyMeter {
  /**
   * The images, each with its blocks when its family has several and they could be counted: without them less is
   * taken to be in use, and less may be promised. `identify` reads the number of an image's file anew.
   */
  measure(
    images: readonly FamilyImage[],
    identify: (image: FamilyImage) => Promise<bigint>,
  ): Promise<readonly FamilyImage[]>;
  /** Looks anew next time. */
  forget(): void;
}

/**
 * A look holds so long, while the family has the same files: what they write meanwhile makes shared blocks their own,
 * so that it tells too little at worst. Another reflink is another file.
 */
const KEPT_MS = 5 * 60_000;
/** A million extents a second; beyond that it is done without. */
const COUNT_MS = 5_000;
/** Files that one command line names. */
const AT_ONCE = 500;

interface Look {
  readonly until: number;
  readonly blocks: ReadonlyMap<string, OwnBlocks>;
}

/** `program` is the path of `own-blocks` (src/native/own-blocks.c). */
export function createFamilyMeter(program: string): FamilyMeter {
  const looks = new Map<string, Look>();

  return {
    async measure(images, identify) {
      const families = [...Map.groupBy(images, ({ family }) => family).values()];
      const several = families.filter((members) => members.length > 1);
      const now = performance.now();
      const unknown = several.filter((members) => (looks.get(keyOf(members))?.until ?? 0) <= now);
      if (unknown.length > 0) await look(unknown, identify);
      // Families that are there no more.
      for (const [key, { until }] of looks) if (until <= now) looks.delete(key);
      return families.flatMap((members) => {
        const blocks = looks.get(keyOf(members))?.blocks;
        return blocks === undefined ? members : members.map((member) => withBlocks(member, blocks));
      });
    },
    forget: () => looks.clear(),
  };

  async function look(
    families: readonly (readonly FamilyImage[])[],
    identify: (image: FamilyImage) => Promise<bigint>,
  ): Promise<void> {
    const images = families.flat();
    const blocks = await countBlocks(program, images);
    if (blocks === undefined) return;
    const files = await Promise.all(images.map(identify));
    // Who was copied meanwhile was counted as alone, and its copy as sharing: the same blocks twice.
    const changed = new Set(
      images.filter(({ file }, index) => file !== files[index]).map(({ path }) => path),
    );
    const until = performance.now() + KEPT_MS;
    for (const members of families) {
      if (!members.some(({ path }) => changed.has(path))) looks.set(keyOf(members), { until, blocks });
    }
  }
}

/** By path. Undefined when they cannot be counted, which is logged. */
async function countBlocks(
  program: string,
  images: readonly FamilyImage[],
): Promise<ReadonlyMap<string, OwnBlocks> | undefined> {
  const blocks = new Map<string, OwnBlocks>();
  try {
    for (let from = 0; from < images.length; from += AT_ONCE) {
      const paths = images.slice(from, from + AT_ONCE).map(({ path }) => path);
      const { exitCode, stdout, stderr } = await run(program, paths, { timeoutMs: COUNT_MS });
      const lines = stdout.trimEnd().split('\n');
      if (exitCode !== 0) throw new Fault('unreachable', stderr.slice(0, 500));
      for (const [index, path] of paths.entries()) blocks.set(path, parseLine(lines[index]));
    }
    return blocks;
  } catch (error) {
    if (!isFault(error)) throw error;
    log.warn({ reason: error.message }, 'blocks of images cannot be counted; less may be promised');
    return undefined;
  }
}

function parseLine(line = ''): OwnBlocks {
  const [, own, shared] = /^(\d+) (\d+)$/.exec(line) ?? [];
  if (own === undefined || shared === undefined) throw new Fault('unreachable', `own-blocks said "${line}"`);
  return { ownBytes: BigInt(own), sharedBytes: BigInt(shared) };
}

/** The files that a look is of. */
function keyOf(members: readonly FamilyImage[]): string {
  return members
    .map(({ path, file }) => `${path}:${file}`)
    .sort()
    .join('\n');
}

function withBlocks(image: FamilyImage, known: ReadonlyMap<string, OwnBlocks>): FamilyImage {
  const blocks = known.get(image.path);
  return blocks === undefined ? image : { ...image, blocks };
}
