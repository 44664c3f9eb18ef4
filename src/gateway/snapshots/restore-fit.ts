import { Fault } from '../../control/fault.ts';
import { readPublications } from '../block/publications.ts';
import { layoutOf, toGlusterCounts } from '../brick-layout.ts';
import type { SnapshotMember } from '../bricks/snapshot-store.ts';
import { readExported } from '../gluster-block/exports-record.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord } from '../volume-record.ts';
import { type KeptBrick, keptBricks, type Survey } from '../volumes/survey.ts';
import { isGlusters } from './gluster-snapshot.ts';
import type { SnapshotPart, SnapshotView } from './snapshot-view.ts';

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

/**
 * Nodes that have block volumes of a hosting volume would write what they remember of their disks over what is restored.
 * Throws `wrong-state` naming the block volumes.
 */
export function requireDetached(volume: GlusterVolume): void {
  const record = getRecord(volume);
  const attached = [...readPublications(record), ...readExported(record)]
    .filter(([, nodes]) => nodes.length > 0)
    .map(([name]) => name);
  if (attached.length === 0) return;
  throw new Fault(
    'wrong-state',
    `nodes have block volumes of volume ${volume.name}: ${attached.join(', ')}; unpublish these before it is restored`,
  );
}

/**
 * The volume's bricks. Throws `wrong-state` when the snapshot lacks one, or has it from another place, `unreachable`
 * when it has one that does not show itself.
 */
export function requireSameBricks(
  volume: GlusterVolume,
  survey: Survey,
  view: SnapshotView,
): readonly KeptBrick[] {
  const { name, facts } = view;
  const listed = keptBricks(survey, volume).filter(
    ({ isListed, brick }) => isListed && brick.state === 'used',
  );
  const bad = facts.members.find((member) => !listed.some((kept) => isOf(view, member, kept)));
  if (bad === undefined && listed.length === facts.members.length) return listed;
  if (bad?.isPresent === true && partOf(view, bad) === undefined)
    throw new Fault(
      'unreachable',
      `snapshot ${name} lacks bricks on servers that do not answer; start them and retry`,
    );
  throw new Fault(
    'wrong-state',
    `volume ${volume.name} has brick ${bad?.subvol}.${bad?.brick} elsewhere than snapshot ${name}, or this lacks it; make a volume of the snapshot instead (clone)`,
  );
}

/** Is the kept brick the one that the member was taken of, on the file system of that part? */
function isOf(view: SnapshotView, member: SnapshotMember, { brick, server }: KeptBrick): boolean {
  const part = partOf(view, member);
  return (
    brick.subvol === member.subvol &&
    brick.brick === member.brick &&
    server.peerId === member.peerId &&
    part?.server.peerId === member.peerId &&
    part.stored.device === brick.device
  );
}

function partOf({ parts }: SnapshotView, { subvol, brick }: SnapshotMember): SnapshotPart | undefined {
  return parts.find(({ stored }) => stored.subvol === subvol && stored.brick === brick);
}
