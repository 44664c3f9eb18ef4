import type { BrickLayout } from '../brick-layout.ts';

export const POLICY = 'cluster.favorite-child-policy';
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

type Kind = BrickLayout['kind'];

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

/** True when somebody has chosen by which copy a volume decides when its copies disagree. */
export function hasPolicy(options: Readonly<Record<string, string>>): boolean {
  return options[POLICY] !== undefined && options[POLICY] !== DEFAULTS[POLICY];
}
