import type { Call } from '../control/call.ts';
import { isFault } from '../control/fault.ts';
import { log } from '../telemetry/log.ts';
import type { Gluster } from './gluster-cli/gluster.ts';

/**
 * Starts this server's bricks that are down although their volume is started: after a boot at which glusterd
 * came up before the bricks' images were mounted. Logs and goes on past a volume that fails.
 */
export async function reviveBricks(gluster: Gluster, peerId: string, call: Call): Promise<void> {
  const volumes = (await gluster.volumes(call)).filter(
    ({ state, bricks }) => state === 'Started' && bricks.some((brick) => brick.peerId === peerId),
  );
  for (const { name } of volumes) {
    await reviveVolume(gluster, name, peerId, call).catch((error: unknown) => {
      if (!isFault(error)) throw error;
      log.warn({ err: error, volume: name }, 'bricks that are down could not be started');
    });
  }
}

async function reviveVolume(gluster: Gluster, name: string, peerId: string, call: Call): Promise<void> {
  const down = (await gluster.status(name, call)).filter((brick) => brick.peerId === peerId && !brick.online);
  if (down.length === 0) return;
  log.info({ volume: name, bricks: down.map(({ path }) => path) }, 'starting bricks that are down');
  await gluster.start(name, { force: true }, call);
}
