import { Fault } from '../../control/fault.ts';
import { run } from '../../host/run.ts';

const TIMEOUT_MS = 120_000;

export interface CopiedBrick {
  /** The brick directory. */
  readonly path: string;
  /** The volume that it is a copy of. */
  readonly source: string;
  /** The volume that it becomes part of. */
  readonly clone: string;
}

/** Makes a copied brick fit for its new volume (src/native/clean-brick.c), to last. Twice is success. */
export async function cleanMarks(program: string, { path, source, clone }: CopiedBrick): Promise<void> {
  const { exitCode, stderr } = await run(program, [path, source, clone], { timeoutMs: TIMEOUT_MS });
  if (exitCode === 0) return;
  throw new Fault(
    'unreachable',
    `the copied brick ${path} cannot be prepared: ${stderr.trim().slice(0, 300)}`,
  );
}
