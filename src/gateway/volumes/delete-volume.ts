import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { HOSTING_KEY, isHosting, isOpenForBlocks } from '../block/publications.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { withStatus } from '../http-status.ts';
import { getRecord } from '../volume-record.ts';
import { afterMutation } from './after-mutation.ts';
import { clearBricks, lookAt } from './clear-name.ts';
import { areDead } from './dead-tokens.ts';
import { demolish } from './demolish.ts';
import { eventData, type VolumeDeps, volumeKey } from './deps.ts';
import { type KeptBrick, keptBricks, requireServers, type Survey, serversOf } from './survey.ts';

/**
 * Stops and deletes the volume, and the bricks that were made for it; bricks that a client named are left as
 * they are. Resolves false when there was neither a volume nor anything left of one. Throws `wrong-state` while
 * clients are connected or it has snapshots, `unreachable` when a server with bricks of it is down, `busy`, and what
 * `require` throws for the volume; a hosting volume is asked for again once it is stopped.
 */
export async function deleteVolume(
  deps: VolumeDeps,
  name: string,
  call: Call,
  require: (volume: GlusterVolume) => void = getRecord,
): Promise<boolean> {
  using _lock = deps.locks.acquire(volumeKey(name));
  const [{ volume, survey }, connected] = await Promise.all([
    lookAt(deps, name, call),
    clientsOf(deps, name, call),
  ]);
  if (volume === undefined) return clearRest(deps, name, survey, call);
  const bricks = keptBricks(survey, volume);
  require(volume);
  requireNoHosting(volume);
  requireNoSnapshots(volume);
  requireServers(survey, volume);
  await requireWholePool(deps, name, call);
  await requireOwn(deps, volume, bricks, call);
  if (volume.state === 'Started') requireNoClients(name, connected);
  try {
    if (volume.state === 'Started') await deps.gluster.stop(name, call);
    if (isHosting(getRecord(volume))) await requireStill(deps, volume, require, call);
    await demolish(deps.gluster, name, serversOf(bricks), call);
  } catch (error) {
    throw afterMutation(error, `deletion of volume ${name}`);
  }
  deps.notify('volume.deleted', eventData(volume));
  return true;
}

/**
 * Until a hosting volume is stopped it may get a block volume, and be opened again for it; from then on it cannot. Throws
 * `busy` when it was, and it is as before.
 */
async function requireStill(
  { gluster }: VolumeDeps,
  { name, state }: GlusterVolume,
  require: (volume: GlusterVolume) => void,
  call: Call,
): Promise<void> {
  const volume = await gluster.volume(name, call);
  if (volume === undefined) return;
  try {
    require(volume);
    requireNoHosting(volume);
  } catch (cause) {
    if (state === 'Started') await gluster.start(name, { force: false }, call);
    throw new Fault('busy', `hosting volume ${name} was changed while it was to be deleted; retry`, {
      cause,
    });
  }
}

/** An interrupted delete leaves bricks whose volume is gone. `used` ones are not touched: they may hold data. */
async function clearRest(deps: VolumeDeps, name: string, survey: Survey, call: Call): Promise<boolean> {
  const rest = keptBricks(survey, undefined).filter(({ brick }) => brick.state !== 'used');
  if (rest.length === 0) return false;
  await clearBricks(deps, name, rest, call);
  return true;
}

/** glusterd deletes no volume while any server of the pool is down, and says so only once it is stopped. */
async function requireWholePool(deps: VolumeDeps, name: string, call: Call): Promise<void> {
  const down = (await deps.gluster.pool(call)).filter(({ connected }) => !connected);
  if (down.length === 0) return;
  const hosts = down.map(({ host }) => host).join(', ');
  throw new Fault(
    'unreachable',
    `volume ${name} cannot be deleted while a server of the pool is down: ${hosts}; start it or take it out of the pool`,
  );
}

/** Its block volumes would go with it. The mark is taken away first, when there are none. */
function requireNoHosting(volume: GlusterVolume): void {
  if (!isOpenForBlocks(getRecord(volume))) return;
  throw new Fault(
    'wrong-state',
    `volume ${volume.name} hosts block volumes; delete those, then its metadata ${HOSTING_KEY}, and then the volume`,
  );
}

function requireNoSnapshots(volume: GlusterVolume): void {
  const { name, snapshotCount } = volume;
  if (snapshotCount === 0) return;
  throw withStatus(
    new Fault('wrong-state', `cannot delete Volume ${name} ,as it has ${snapshotCount} snapshots`),
    424,
  );
}

/** Every brick that will go must be one of this volume, and of no create that is under way. */
async function requireOwn(
  deps: VolumeDeps,
  volume: GlusterVolume,
  bricks: readonly KeptBrick[],
  call: Call,
): Promise<void> {
  const foreign = bricks.find(({ brick, isListed }) => brick.state === 'used' && !isListed);
  if (foreign !== undefined) {
    throw new Fault(
      'wrong-state',
      `volume ${volume.name} does not list the brick ${foreign.server.host}:${foreign.brick.path}, which may hold data; remove it by hand first`,
    );
  }
  const reserved = bricks.map(({ brick }) => brick).filter(({ state }) => state === 'reserved');
  if (!(await areDead(deps, reserved, call))) {
    throw new Fault('busy', `volume ${volume.name} is being created; retry`);
  }
}

type Clients = Awaited<ReturnType<VolumeDeps['gluster']['clients']>>;

/** Asked at the same time as the rest; why it failed matters only when the volume is there and started. */
async function clientsOf(deps: VolumeDeps, name: string, call: Call): Promise<Clients | Fault> {
  try {
    return await deps.gluster.clients(name, call);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function requireNoClients(name: string, clients: Clients | Fault): void {
  if (clients instanceof Fault) throw clients;
  const connected = clients.filter(({ count }) => count > 0);
  if (connected.length === 0) return;
  const told = connected.map(({ kind, count }) => `${count} ${kind}`).join(', ');
  throw new Fault(
    'wrong-state',
    `volume ${name} has connected clients (${told}); unmount it everywhere first`,
  );
}
