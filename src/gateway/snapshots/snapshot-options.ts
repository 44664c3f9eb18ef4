import { layoutOf } from '../brick-layout.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';

const LOG = { replica: 'cluster.optimistic-change-log', disperse: 'disperse.optimistic-change-log' } as const;
/**
 * What a clone has while it is healed: of a change that reached some copies only the newest wins, and the daemons that
 * heal work, whatever its source says of them.
 */
const WHILE_HEALING = {
  replica: { 'cluster.favorite-child-policy': 'mtime', 'cluster.self-heal-daemon': 'on' },
  disperse: { 'cluster.disperse-self-heal-daemon': 'enable' },
  plain: {},
} as const;
const DEFAULTS: Readonly<Record<string, string>> = {
  'cluster.favorite-child-policy': 'none',
  'cluster.self-heal-daemon': 'on',
  'cluster.disperse-self-heal-daemon': 'enable',
};

export type Kind = 'plain' | 'replica' | 'disperse';

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

/** Options of a clone until it is healed. */
export function healingOptions(kind: Kind): Readonly<Record<string, string>> {
  return WHILE_HEALING[kind];
}

/** What to put back then, given the options that the clone is to have. */
export function healedOptions(
  kind: Kind,
  options: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const names = Object.keys(WHILE_HEALING[kind]);
  return Object.fromEntries(names.map((name) => [name, options[name] ?? DEFAULTS[name] ?? 'off']));
}
