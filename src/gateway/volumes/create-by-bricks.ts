import { type Call, detached } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { type BrickLayout, toGlusterCounts } from '../brick-layout.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { onAll } from '../peers/on-all.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { formatRecord, RECORD_OPTION } from '../volume-record.ts';
import { afterMutation } from './after-mutation.ts';
import { clearName } from './clear-name.ts';
import { eventData, type VolumeDeps, volumeKey } from './deps.ts';
import { getVolume } from './get-volume.ts';
import { requireNoSnapshot } from './one-name-space.ts';
import { serversOf } from './survey.ts';

export interface NamedBrick {
  readonly peerId: string;
  readonly path: string;
}

export interface NamedBricksVolume {
  readonly name: string;
  readonly layout: BrickLayout;
  /** In volume order. */
  readonly bricks: readonly NamedBrick[];
  readonly options: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly force: boolean;
  /** The last directory of each path may be absent. */
  readonly createDirectories: boolean;
}

const UNDO_MS = 60_000;

/**
 * Makes a volume of bricks that the client names. Throws `conflict` when the name is taken, `invalid` for paths
 * outside the device roots and for what gluster refuses. The directories are the client's: a failed create
 * leaves them, and gluster's marks on them.
 */
export async function createByBricks(
  deps: VolumeDeps,
  wanted: NamedBricksVolume,
  call: Call,
): Promise<GlusterVolume> {
  using _lock = deps.locks.acquire(volumeKey(wanted.name));
  const record = formatRecord({ capacity: undefined, provisioner: undefined, metadata: wanted.metadata });
  await clearName(deps, wanted.name, call);
  await requireNoSnapshot(deps, wanted.name, call);
  const bricks = await checkNamedBricks(deps, wanted.bricks, wanted.createDirectories || wanted.force, call);
  const paths = bricks.map(({ host, path }) => ({ host, path }));
  const counts = toGlusterCounts(wanted.layout);
  await deps.gluster.create({ name: wanted.name, ...counts, bricks: paths, force: wanted.force }, call);
  try {
    await deps.gluster.set(
      wanted.name,
      { ...wanted.options, ...deps.accessOptions, [RECORD_OPTION]: record },
      call,
    );
  } catch (error) {
    await deps.gluster.delete(wanted.name, detached(call, UNDO_MS)).catch(() => {
      throw afterMutation(error, `volume ${wanted.name}`);
    });
    throw error;
  }
  const volume = await getVolume(deps.gluster, wanted.name, call);
  deps.notify('volume.created', eventData(volume));
  return volume;
}

/** The bricks with their servers' names. Each server checks its own paths. */
export async function checkNamedBricks(
  deps: Pick<VolumeDeps, 'pool'>,
  bricks: readonly NamedBrick[],
  create: boolean,
  call: Call,
): Promise<readonly { readonly host: string; readonly path: string }[]> {
  const servers = await deps.pool.servers(call);
  const placed = bricks.map(({ peerId, path }) => ({ path, server: getServer(servers, peerId) }));
  await onAll(serversOf(placed), (server) => {
    const own = placed.filter((brick) => brick.server === server).map(({ path }) => path);
    return server.checkBrickPaths(own, { create }, call);
  });
  return placed.map(({ server, path }) => ({ host: server.host, path }));
}

function getServer(servers: readonly StorageServer[], peerId: string): StorageServer {
  const server = servers.find((one) => one.peerId === peerId);
  if (server === undefined) throw new Fault('invalid', `bricks.peerid: ${JSON.stringify(peerId)} is no peer`);
  return server;
}
