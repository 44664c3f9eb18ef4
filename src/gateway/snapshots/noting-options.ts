import { type BrickLayout, layoutOf } from '../brick-layout.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { hasPolicy, POLICY } from './healing-options.ts';

const LOG = { replica: 'cluster.optimistic-change-log', disperse: 'disperse.optimistic-change-log' } as const;
/** Since when, and for which request; or nobody. */
export const NOTING = 'user.gluster-csi-noting';
const NOBODY = 'none';

type Options = Readonly<Record<string, string>>;

/**
 * What has a volume's replication note each change before it is made. Undefined when nothing has to be done: there is no
 * replication, nobody can write, or somebody has chosen so for good.
 *
 * A brick whose server dies in the middle of a change that is noted keeps a mark of its own, for which AFR (10.3) takes
 * the brick's stale names for as good as the others': a name that was given to another file meanwhile answers EIO until
 * somebody decides. The newest is right when no two halves of a set can have been written apart: with three bricks
 * quorum sees to that. A policy that somebody has chosen stays.
 */
export function noteOptions(volume: GlusterVolume, mark: string): Options | undefined {
  const layout = layoutOf(volume);
  if (layout.kind === 'plain' || volume.state !== 'Started') return undefined;
  if (isNoted(volume) && notedBy(volume) === undefined) return undefined;
  const policy = isSafeSet(layout) && !hasPolicy(volume.options) ? { [POLICY]: 'ctime' } : {};
  return { ...policy, [LOG[layout.kind]]: 'off', [NOTING]: mark };
}

function isSafeSet({ kind, perSet }: BrickLayout): boolean {
  return kind === 'replica' && perSet > 2;
}

export function isNoted(volume: GlusterVolume): boolean {
  const { kind } = layoutOf(volume);
  return kind !== 'plain' && volume.options[LOG[kind]] === 'off';
}

/** The mark of whoever has begun it; undefined when nobody has. */
export function notedBy(volume: GlusterVolume): string | undefined {
  const mark = volume.options[NOTING];
  return mark === NOBODY ? undefined : mark;
}

/** When it was begun, milliseconds since 1970; 0 for a mark that cannot be read. */
export function notedSince(mark: string): number {
  return Number.parseInt(mark, 10) || 0;
}

/** What ends it: Gluster's default. */
export function unnotedOptions(volume: GlusterVolume): Options {
  const { kind } = layoutOf(volume);
  return { ...(kind === 'plain' ? {} : { [LOG[kind]]: 'on' }), [NOTING]: NOBODY };
}

/** A volume's options as they are but for a snapshot that is being taken. */
export function withoutNoting(volume: GlusterVolume): Options {
  const { [NOTING]: mark, ...options } = volume.options;
  if (mark === undefined) return options;
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => name !== LOG.replica && name !== LOG.disperse),
  );
}
