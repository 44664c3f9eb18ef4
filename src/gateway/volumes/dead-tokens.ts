import type { Call } from '../../control/call.ts';
import { isFault } from '../../control/fault.ts';
import type { StoredBrick } from '../bricks/brick-store.ts';
import { parseToken } from '../tokens.ts';
import type { VolumeDeps } from './deps.ts';

/** After this a coordinator that cannot be asked counts as dead: no create lasts that long. */
const SURELY_DEAD_MS = 60 * 60_000;

/**
 * True when the create that reserved the brick is over: its coordinator says so, or it was this server's in a
 * former life, or it cannot be asked and the brick is older than an hour.
 */
export async function isDead(
  deps: Pick<VolumeDeps, 'pool' | 'tokens'>,
  brick: Pick<StoredBrick, 'token' | 'createdAt'>,
  call: Call,
): Promise<boolean> {
  const isOld = Date.now() - brick.createdAt > SURELY_DEAD_MS;
  const parts = parseToken(brick.token);
  if (parts === undefined) return isOld;
  if (parts.peerId === (await deps.pool.selfId(call))) return !deps.tokens.isHeld(brick.token);
  const coordinator = (await deps.pool.servers(call)).find(({ peerId }) => peerId === parts.peerId);
  if (coordinator === undefined) return isOld;
  try {
    return !(await coordinator.holdsToken(brick.token, call));
  } catch (error) {
    if (isFault(error)) return isOld;
    throw error;
  }
}

/** True when all the creates that reserved these bricks are over. Each token is asked about once. */
export async function areDead(
  deps: Pick<VolumeDeps, 'pool' | 'tokens'>,
  bricks: readonly Pick<StoredBrick, 'token' | 'createdAt'>[],
  call: Call,
): Promise<boolean> {
  const byToken = new Map(bricks.map((brick) => [brick.token, brick]));
  const dead = await Promise.all([...byToken.values()].map((brick) => isDead(deps, brick, call)));
  return dead.every(Boolean);
}
