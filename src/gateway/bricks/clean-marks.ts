import { Fault } from '../../control/fault.ts';
import { run } from '../../host/run.ts';

const TIMEOUT_MS = 120_000;

export interface CopiedBrick {
  /** The brick directory. */
  readonly path: string;
  /** The volume that it is a copy of. */
  readonly source: string;
  /** The volume that it becomes part of; the source, when it is restored. */
  readonly clone: string;
  /** Bricks of its set that begin empty, by their number in the volume: marked as such. */
  readonly absent: readonly number[];
}

/** Makes a copied brick fit for its new volume (src/native/clean-brick.c), to last. Twice is success. */
export async function cleanMarks(program: string, copied: CopiedBrick): Promise<void> {
  const { path, source, clone, absent } = copied;
  const args = [path, source, clone, ...absent.map(String)];
  const { exitCode, stderr } = await run(program, args, { timeoutMs: TIMEOUT_MS });
  if (exitCode === 0) return;
  throw new Fault(
    'unreachable',
    `the copied brick ${path} cannot be prepared: ${stderr.trim().slice(0, 300)}`,
  );
}
