import { createChanges } from './changes.ts';
import type { Gluster } from './gluster.ts';
import { createQueries } from './queries.ts';
import { createRunner } from './run-gluster.ts';
import { createSnapshots } from './snapshots.ts';

export interface GlusterOptions {
  /** How many changing commands run at once. */
  readonly parallelMutations: number;
  /** How gluster is started; default `['gluster']`. Tests start it within a server's namespaces. */
  readonly command?: readonly string[];
}

/** The pool that this server belongs to, by its own `gluster` command. */
export function createGluster(options: GlusterOptions): Gluster {
  const runner = createRunner(options.command ?? ['gluster']);
  const { parallelMutations } = options;
  return {
    ...createQueries(runner),
    ...createChanges(runner, parallelMutations),
    ...createSnapshots(runner, parallelMutations),
  };
}
