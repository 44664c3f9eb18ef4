import { layoutOf } from '../brick-layout.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';

const LOG = { replica: 'cluster.optimistic-change-log', disperse: 'disperse.optimistic-change-log' } as const;
export const FAVORITE_CHILD = 'cluster.favorite-child-policy';

type Kind = 'plain' | 'replica' | 'disperse';

/** What a volume needs so that a change that a snapshot meets half-way is listed as one to be healed. */
export function snapshotOptions(kind: Kind): Readonly<Record<string, string>> {
  return kind === 'plain' ? {} : { [LOG[kind]]: 'off' };
}

/** Those of them that the volume lacks. */
export function honestMarks(volume: GlusterVolume): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(snapshotOptions(layoutOf(volume).kind)).filter(
      ([name, value]) => volume.options[name] !== value,
    ),
  );
}
