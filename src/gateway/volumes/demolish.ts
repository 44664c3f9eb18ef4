import type { Call } from '../../control/call.ts';
import type { Gluster } from '../gluster-cli/gluster.ts';
import { onAll } from '../peers/on-all.ts';
import type { StorageServer } from '../peers/storage-server.ts';

/**
 * Deletes a volume that is not started, and its bricks on these servers. The order makes each step's end a
 * recognisable state: bricks marked first, so that after a crash they are known to be doomed; removed only once
 * the volume is gone. May be repeated from any point.
 */
export async function demolish(
  gluster: Pick<Gluster, 'delete'>,
  name: string,
  servers: readonly StorageServer[],
  call: Call,
): Promise<void> {
  await onAll(servers, (server) => server.markDeleting(name, call));
  await gluster.delete(name, call);
  await onAll(servers, (server) => server.remove(name, call));
}
