import { Fault } from '../../control/fault.ts';
import { layoutOf, toGlusterCounts } from '../brick-layout.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { type KeptBrick, keptBricks, type Survey } from '../volumes/survey.ts';
import { isGlusters } from './gluster-snapshot.ts';
import type { SnapshotView } from './snapshot-view.ts';

/**
 * The volume, which can be given the snapshot's content: it is the snapshot's source and not started. Throws
 * `wrong-state` with what to do instead, `unsupported` for a snapshot that Gluster made.
 */
export function requireSource(
  volume: GlusterVolume | undefined,
  { name, facts }: SnapshotView,
): GlusterVolume {
  const instead = `make a volume of snapshot ${name} instead (clone)`;
  if (isGlusters(facts))
    throw new Fault(
      'unsupported',
      `snapshot ${name} is of lvm bricks, which are not restored in place; ${instead}`,
    );
  if (volume === undefined || volume.id !== facts.volumeId)
    throw new Fault(
      'wrong-state',
      `volume ${facts.volume}, of which snapshot ${name} was taken, is gone; ${instead}`,
    );
  if (volume.state === 'Started')
    throw new Fault('wrong-state', `volume ${volume.name} is started; stop it, restore it, then start it`);
  const now = toGlusterCounts(layoutOf(volume));
  const same = Object.entries(now).every(([key, count]) => facts.counts[key as keyof typeof now] === count);
  if (!same || volume.bricks.length !== facts.members.length)
    throw new Fault(
      'wrong-state',
      `volume ${volume.name} has ${volume.bricks.length} bricks, snapshot ${name} ${facts.members.length}, or in other sets; ${instead}`,
    );
  return volume;
}

/** The volume's bricks. Throws `wrong-state` when the snapshot lacks one, or has it from another place. */
export function requireSameBricks(
  volume: GlusterVolume,
  survey: Survey,
  { name, parts, facts }: SnapshotView,
): readonly KeptBrick[] {
  const listed = keptBricks(survey, volume).filter(
    ({ isListed, brick }) => isListed && brick.state === 'used',
  );
  const odd = facts.members.find(({ subvol, brick, peerId }) => {
    const part = parts.find(({ stored }) => stored.subvol === subvol && stored.brick === brick);
    return !listed.some(
      (one) =>
        one.brick.subvol === subvol &&
        one.brick.brick === brick &&
        one.server.peerId === peerId &&
        part?.server.peerId === peerId &&
        part.stored.device === one.brick.device,
    );
  });
  if (odd === undefined && listed.length === facts.members.length) return listed;
  throw new Fault(
    'wrong-state',
    `volume ${volume.name} has brick ${odd?.subvol}.${odd?.brick} elsewhere than snapshot ${name}, which may lack it; make a volume of the snapshot instead (clone)`,
  );
}
