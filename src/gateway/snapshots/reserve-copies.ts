import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { type BrickLayout, brickBytes } from '../brick-layout.ts';
import type { BrickRequest, Provisioner } from '../bricks/brick-store.ts';
import type { SnapshotMember } from '../bricks/snapshot-store.ts';
import { attemptOnAll, named } from '../peers/on-all.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { type ReservedBrick, undoReserved } from '../volumes/reserve-bricks.ts';
import type { Survey } from '../volumes/survey.ts';
import type { SnapshotView } from './snapshot-view.ts';

export interface Copies {
  /** The clone's. */
  readonly name: string;
  readonly size: bigint;
  readonly layout: BrickLayout;
  readonly view: SnapshotView;
  readonly token: string;
  /** Of a snapshot that Gluster made. */
  readonly glusterName: string | undefined;
}

interface Placed {
  readonly server: StorageServer;
  readonly request: BrickRequest;
}

/**
 * Reserves the clone's bricks: copies on the devices of the snapshot, empty ones where it has none, to be healed.
 * When it throws, what it reserved is undone, or the fault is `uncertain`.
 */
export async function reserveCopies(
  copies: Copies,
  survey: Survey,
  call: Call,
): Promise<readonly ReservedBrick[]> {
  const placed = copies.view.facts.members.map((member) => placeCopy(copies, member, survey));
  const servers = [...new Set(placed.map(({ server }) => server))];
  const { done, refused } = await attemptOnAll(servers, (server) =>
    server.reserve(
      copies.token,
      placed.filter((one) => one.server === server).map(({ request }) => request),
      call,
    ),
  );
  const [first] = refused;
  if (first !== undefined) {
    const isUndone = await undoReserved({ name: copies.name, token: copies.token }, servers, call);
    throw isUndone ? named(first) : afterMutation(named(first), `volume ${copies.name}`);
  }
  const made = done.flatMap(({ server, result }) => result.map((brick) => ({ server, brick })));
  return made
    .toSorted((a, b) => a.brick.subvol - b.brick.subvol || a.brick.brick - b.brick.brick)
    .map(({ server, brick }) => ({ server, path: brick.path }));
}

function placeCopy(copies: Copies, member: SnapshotMember, survey: Survey): Placed {
  const { view, name, size, layout, glusterName } = copies;
  const { provisioner = 'loop' } = view.facts;
  const { subvol, brick } = member;
  const part = view.parts.find(({ stored }) => stored.subvol === subvol && stored.brick === brick)?.stored;
  const wanted = brickBytes(layout, size)[brick] ?? size;
  const largest = view.parts.map(({ stored }) => stored).filter((one) => one.brick === brick);
  const dataBytes = largest.reduce((most, one) => (one.dataBytes > most ? one.dataBytes : most), wanted);
  const present = survey.present.find(({ server }) => server.peerId === member.peerId);
  if (present === undefined) throw missing(view.name, member, survey);
  const device = part?.device ?? emptiest(present.report.devices, provisioner);
  if (device === undefined)
    throw new Fault(
      'exhausted',
      `server ${present.server.host} has no enabled device for ${provisioner} bricks`,
    );
  const key = { volume: name, subvol, brick, device, provisioner, dataBytes };
  if (part === undefined) return { server: present.server, request: key };
  const origin = {
    snapshot: view.name,
    volume: view.facts.volume,
    absent: absentBeside(copies, subvol),
    ...(glusterName === undefined ? {} : { glusterName }),
  };
  return { server: present.server, request: { ...key, origin } };
}

/** A clone has a brick where its source had one, though the snapshot has nothing of it. */
function missing(snapshot: string, { peerId }: SnapshotMember, survey: Survey): Fault {
  const down = survey.missing.find(({ server }) => server.peerId === peerId);
  const words =
    down === undefined
      ? `peer ${peerId} is no longer in the pool; add it again`
      : `server ${down.server.host} does not answer (${down.reason}); start it`;
  return new Fault(
    'unreachable',
    `a clone of snapshot ${snapshot} needs a brick on each of its servers: ${words}`,
  );
}

/** Bricks of the set that begin empty, by their number in the volume. Disperse compares versions instead. */
function absentBeside({ view, layout }: Copies, subvol: number): readonly number[] {
  if (layout.kind !== 'replica') return [];
  return view.facts.members
    .filter((member) => member.subvol === subvol)
    .filter(
      ({ brick }) => !view.parts.some(({ stored }) => stored.subvol === subvol && stored.brick === brick),
    )
    .map(({ brick }) => subvol * layout.perSet + brick);
}

function emptiest(
  devices: Survey['present'][number]['report']['devices'],
  wanted: Provisioner,
): string | undefined {
  return devices
    .filter(({ provisioner, state }) => provisioner === wanted && state === 'enabled')
    .toSorted((a, b) => (a.freeBytes > b.freeBytes ? -1 : 1))[0]?.path;
}
