import { Fault } from '../../control/fault.ts';
import { formatBrick } from './check-values.ts';
import type { GlusterBrickStatus } from './gluster.ts';
import type { ClientKind } from './parse-client-list.ts';
import { parseClientList } from './parse-client-list.ts';
import type { Command, GlusterRunner } from './run-gluster.ts';

/** Of rebalance and remove-brick. */
const MOVER = 'rebalance';
/** Process names (`--process-name`) of gluster's own daemons. */
const DAEMONS = new Set(['glustershd', MOVER, 'quotad', 'snapd', 'bitd', 'scrubber', 'glusterd']);

/**
 * Who is connected to the bricks, gluster's own daemons left out. Each brick is asked by itself: asked for
 * the whole volume, glusterd 10 lists the clients of one brick only, so a client that cannot reach that one
 * (a link is down) is missed. Addresses (`status clients`) do not tell: servers may be workers too.
 * Brick by brick in turn: two at once meet in "another transaction is in progress".
 */
export async function listClients(
  runner: GlusterRunner,
  name: string,
  bricks: readonly GlusterBrickStatus[],
): Promise<readonly ClientKind[]> {
  const most = new Map<string, number>();
  for (const brick of bricks.filter(({ online }) => online)) {
    for (const { kind, count } of await clientsOfBrick(runner, name, brick)) {
      // A client is connected to many bricks.
      if (!DAEMONS.has(kind)) most.set(kind, Math.max(count, most.get(kind) ?? 0));
    }
  }
  return [...most].map(([kind, count]) => ({ kind, count }));
}

/**
 * Whether a process that moves files is connected: it is to all bricks, so one is asked. After a `rebalance stop` it moves
 * the file to the end that it has begun, which takes as long as that is large, and the tasks tell of it no more (10.3).
 */
export async function isMoverConnected(
  runner: GlusterRunner,
  name: string,
  bricks: readonly GlusterBrickStatus[],
): Promise<boolean> {
  const brick = bricks.find(({ online }) => online);
  if (brick === undefined) return false;
  return (await clientsOfBrick(runner, name, brick)).some(({ kind }) => kind === MOVER);
}

async function clientsOfBrick(
  runner: GlusterRunner,
  name: string,
  brick: GlusterBrickStatus,
): Promise<readonly ClientKind[]> {
  const at = formatBrick(brick);
  const ask = (detail: string): Command => ({
    args: ['volume', 'status', name, at, detail],
    what: `question for the clients of brick ${at}`,
    mutates: false,
    timeoutMs: 30_000,
  });
  const text = await runner.text(ask('client-list'));
  const kinds = parseClientList(text);
  if (kinds !== undefined) return kinds;
  // A brick of another server that has no client at all fails the command with "Commit failed on <server>".
  // When it answers another question of the same kind, it has none.
  if (/^Commit failed on /m.test(text) && (await runner.reply(ask('mem'))).opRet === 0) return [];
  throw new Fault('unreachable', `brick ${at} does not tell its clients; retry`);
}
