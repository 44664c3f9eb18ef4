import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { changePublications, isClosed } from './change-publications.ts';
import type { HostingDeps } from './deps.ts';

/**
 * A hosting volume that was made before it was marked as one is open to others: has it take those clients only that
 * block volumes are published to. Throws `wrong-state` while it has clients, which that would cut.
 */
export async function closeHosting(
  deps: HostingDeps,
  hosting: GlusterVolume,
  call: Call,
): Promise<GlusterVolume> {
  const { name, options } = hosting;
  if (isClosed(hosting)) return hosting;
  if (options['auth.allow']?.startsWith('/') !== true) {
    const clients = (await deps.gluster.clients(name, call)).filter(({ count }) => count > 0);
    if (clients.length > 0) {
      throw new Fault(
        'wrong-state',
        `volume ${name} has connected clients, which are cut off when it hosts block volumes; unmount it everywhere first`,
      );
    }
  }
  return changePublications(deps, name, (now) => now, call);
}
