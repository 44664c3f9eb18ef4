import { type BrickLayout, layoutOf } from '../brick-layout.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';

const LOG = { replica: 'cluster.optimistic-change-log', disperse: 'disperse.optimistic-change-log' } as const;
const POLICY = 'cluster.favorite-child-policy';
/**
 * What a clone has while it is healed: of a change that reached some copies only the newest wins, and the daemons that
 * heal work, whatever its source says of them.
 */
const WHILE_HEALING = {
  replica: { [POLICY]: 'mtime', 'cluster.self-heal-daemon': 'on' },
  disperse: { 'cluster.disperse-self-heal-daemon': 'enable' },
  plain: {},
} as const;
const DEFAULTS: Readonly<Record<string, string>> = {
  [POLICY]: 'none',
  'cluster.self-heal-daemon': 'on',
  'cluster.disperse-self-heal-daemon': 'enable',
};

type Sets = Pick<BrickLayout, 'kind' | 'perSet'>;
type Kind = BrickLayout['kind'];

/**
 * What a volume needs so that a change that a snapshot meets half-way is listed as one to be healed, and what that makes
 * necessary: a brick whose server dies in the middle of a change then has a mark of its own, for which AFR (10.3) takes
 * the brick's stale names for as good as the others', and a file that was replaced meanwhile answers EIO until somebody
 * decides. The newest name is right when no two halves of a set were ever written apart: with three bricks quorum sees to
 * that.
 */
export function snapshotOptions({ kind, perSet }: Sets): Readonly<Record<string, string>> {
  if (kind === 'plain') return {};
  return { [LOG[kind]]: 'off', ...(kind === 'replica' && perSet > 2 ? { [POLICY]: 'ctime' } : {}) };
}

/** Those of them that the volume lacks. A policy that somebody has chosen stays. */
export function missingSnapshotOptions(volume: GlusterVolume): Readonly<Record<string, string>> {
  const isMissing = ([name, value]: readonly [string, string]) =>
    name === POLICY
      ? (volume.options[name] ?? DEFAULTS[name]) === DEFAULTS[name]
      : volume.options[name] !== value;
  return Object.fromEntries(Object.entries(snapshotOptions(layoutOf(volume))).filter(isMissing));
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
