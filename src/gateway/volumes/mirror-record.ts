import type { Call } from '../../control/call.ts';
import { limitTime } from '../../control/limit-time.ts';
import { log } from '../../telemetry/log.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { attemptOnAll } from '../peers/on-all.ts';
import type { VolumeDeps } from './deps.ts';
import { hasOwnBricks } from './own-bricks.ts';

const MIRROR_MS = 10_000;

/**
 * Copies the record that the volume's option now holds to its bricks. The change is made already: a server that
 * misses the copy fails nothing and catches up in its housekeeping.
 */
export async function mirrorRecord(
  deps: Pick<VolumeDeps, 'pool'>,
  volume: GlusterVolume,
  record: string,
  call: Call,
): Promise<void> {
  if (!hasOwnBricks(volume)) return;
  using limit = limitTime(call.signal, MIRROR_MS);
  const bounded = { id: call.id, signal: limit.signal };
  const { refused } = await attemptOnAll(await serversOf(deps, volume, bounded), (server) =>
    server.setRecord(volume.name, record, bounded),
  );
  for (const { server, reason } of refused) {
    log.warn({ err: reason, volume: volume.name, server: server.host }, 'the record was not copied yet');
  }
}

async function serversOf({ pool }: Pick<VolumeDeps, 'pool'>, volume: GlusterVolume, call: Call) {
  const peers = new Set(volume.bricks.map(({ peerId }) => peerId));
  return (await pool.servers(call)).filter(({ peerId }) => peers.has(peerId));
}
