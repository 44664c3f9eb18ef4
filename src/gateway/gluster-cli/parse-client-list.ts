export interface ClientKind {
  /** Gluster's process name: `fuse`, `gfapi`, `glustershd`, … */
  readonly kind: string;
  readonly count: number;
}

/**
 * Reads the text of `volume status NAME BRICK client-list`; undefined when it is something else. The XML of
 * this command lacks the list (10.3).
 */
export function parseClientList(stdout: string): readonly ClientKind[] | undefined {
  const total = /^total clients for volume \S+ : (\d+) *$/m.exec(stdout)?.[1];
  if (!stdout.startsWith('Client connections for volume ') || total === undefined) return undefined;
  const kinds = [...stdout.matchAll(/^(\S+) {2,}(\d+) *$/gm)].map(([, kind, count]) => ({
    kind: kind ?? '',
    count: Number(count),
  }));
  const named = kinds.reduce((sum, { count }) => sum + count, 0);
  // A name that the command does not know is counted in the total and never listed.
  const unnamed = Number(total) - named;
  return unnamed > 0 ? [...kinds, { kind: 'unknown', count: unnamed }] : kinds;
}
