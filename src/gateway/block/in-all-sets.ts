import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { layoutOf } from '../brick-layout.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { HostingDeps } from './deps.ts';

/**
 * What the look at a hosting volume finds. Of several brick sets Gluster leaves out one that is down, and what is not
 * found may lie there: throws `unreachable` unless all sets were served before and after. A single set that is down
 * fails the look itself.
 */
export async function inAllSets<T>(
  deps: Pick<HostingDeps, 'gluster'>,
  hosting: GlusterVolume,
  look: () => Promise<T>,
  call: Call,
): Promise<T> {
  if (layoutOf(hosting).subvols === 1) return look();
  await requireServed(deps, hosting, call);
  const found = await look();
  await requireServed(deps, hosting, call);
  return found;
}

async function requireServed(
  { gluster }: Pick<HostingDeps, 'gluster'>,
  hosting: GlusterVolume,
  call: Call,
): Promise<void> {
  const { kind, subvols, perSet, data } = layoutOf(hosting);
  const status = await gluster.status(hosting.name, call);
  const isOnline = ({ peerId, path }: { readonly peerId: string; readonly path: string }) =>
    status.some((one) => one.online && one.peerId === peerId && one.path === path);
  const down = Array.from({ length: subvols }, (_, index) =>
    hosting.bricks.slice(index * perSet, (index + 1) * perSet),
  ).find((set) => {
    const count = set.filter(isOnline).length;
    return kind === 'disperse' ? count < data : 2 * count <= set.length;
  });
  if (down === undefined) return;
  const names = down.map(({ host, path }) => `${host}:${path}`).join(', ');
  throw new Fault(
    'unreachable',
    `hosting volume ${hosting.name} has a brick set with too few bricks online: ${names}; start them and retry`,
  );
}
