import type { Call } from '../control/call.ts';
import { isFault } from '../control/fault.ts';
import { log } from '../telemetry/log.ts';
import type { BrickStore, StoredBrick } from './bricks/brick-store.ts';
import type { GlusterVolume } from './gluster-cli/gluster.ts';
import { isDead } from './volumes/dead-tokens.ts';
import { type VolumeDeps, volumeKey } from './volumes/deps.ts';

/**
 * Removes from this server's devices what nobody will come back for: `reserved` bricks of dead creates, and
 * `deleting` bricks of volumes that are gone. Only with glusterd up, the pool in quorum and no volume that uses
 * the brick; `used` bricks are never touched. Logs and goes on past a volume that fails.
 */
export async function sweep(deps: VolumeDeps, store: BrickStore, call: Call): Promise<void> {
  const doomed = (await store.bricks(undefined, call)).filter(({ state }) => state !== 'used');
  if (doomed.length === 0) return;
  for (const name of new Set(doomed.map(({ volume }) => volume))) {
    const bricks = doomed.filter(({ volume }) => volume === name);
    await sweepVolume({ deps, store, name, bricks }, call).catch((error: unknown) => {
      if (!isFault(error, 'busy')) log.warn({ err: error, volume: name }, 'sweep failed');
    });
  }
}

interface Rest {
  readonly deps: VolumeDeps;
  readonly store: BrickStore;
  readonly name: string;
  readonly bricks: readonly StoredBrick[];
}

async function sweepVolume({ deps, store, name, bricks }: Rest, call: Call): Promise<void> {
  using _lock = deps.locks.acquire(volumeKey(name));
  // Who is alive is asked before what exists: a create that ends in between is seen as its volume.
  const dead = await deadOnes(deps, bricks, call);
  if (!(await hasQuorum(deps, call))) return;
  const volume = await deps.gluster.volume(name, call);
  const selfId = await deps.pool.selfId(call);
  const tokens = new Set(dead.map(({ token }) => token));
  for (const brick of dead) if (uses(volume, selfId, brick)) tokens.delete(brick.token);
  for (const token of tokens) {
    log.info({ volume: name, token }, 'removing bricks of a create that ended');
    await store.undo(name, token, call);
  }
  if (volume !== undefined || !bricks.some(({ state }) => state === 'deleting')) return;
  log.info({ volume: name }, 'removing bricks of a deleted volume');
  await store.remove(name, call);
}

async function deadOnes(
  deps: VolumeDeps,
  bricks: readonly StoredBrick[],
  call: Call,
): Promise<readonly StoredBrick[]> {
  const dead: StoredBrick[] = [];
  for (const brick of bricks) {
    if (brick.state === 'reserved' && (await isDead(deps, brick, call))) dead.push(brick);
  }
  return dead;
}

/** More than half of the pool's servers are connected to this one. */
async function hasQuorum(deps: VolumeDeps, call: Call): Promise<boolean> {
  deps.pool.forget();
  const servers = await deps.pool.servers(call);
  return servers.filter(({ isConnected }) => isConnected).length > servers.length / 2;
}

function uses(volume: GlusterVolume | undefined, peerId: string, brick: StoredBrick): boolean {
  return volume?.bricks.some((one) => one.peerId === peerId && one.path === brick.path) === true;
}
