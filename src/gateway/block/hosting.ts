import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord, readRecord } from '../volume-record.ts';
import { lacksRecord } from '../volumes/own-bricks.ts';
import { readVolume } from '../volumes/restore-record.ts';
import type { HostingDeps } from './deps.ts';
import { HOSTING_KEY, isHosting, isOpenForBlocks, PROVIDER_KEY, providerOf } from './publications.ts';

/** The hosting volume of this name. Throws `not-found`, `wrong-state` for one that hosts no block volumes of this provider. */
export async function getHosting(deps: HostingDeps, name: string, call: Call): Promise<GlusterVolume> {
  const volume = await readVolume(deps, name, call).catch((error: unknown) => {
    if (error instanceof Fault && error.kind === 'not-found') throw noHosting(name, error);
    throw error;
  });
  const record = getRecord(volume);
  if (isHosting(record) && providerOf(record) === deps.provider) return volume;
  throw new Fault(
    'wrong-state',
    `volume ${name} hosts no block volumes of ${deps.provider}; give it the metadata ${HOSTING_KEY}: yes, and ${PROVIDER_KEY}: ${deps.provider}, if it may`,
  );
}

/** The hosting volume as it is now. Throws `busy` when it is about to be deleted (see `prune-hosting.ts`). */
export async function requireOpen(deps: HostingDeps, name: string, call: Call): Promise<GlusterVolume> {
  const hosting = await getHosting(deps, name, call);
  if (isOpenForBlocks(getRecord(hosting))) return hosting;
  throw new Fault('busy', `hosting volume ${name} is being deleted; retry`);
}

/**
 * All hosting volumes of the provider, in order of name. One that was reset would be taken for another volume, and its names for free
 * ones: each volume that lacks its record gets it back first. Throws `unreachable`, `busy` when that cannot be.
 */
export async function hostingVolumes(deps: HostingDeps, call: Call): Promise<readonly GlusterVolume[]> {
  const listed = await deps.gluster.volumes(call);
  const volumes = await Promise.all(
    listed.map((volume) =>
      volume.state !== 'Created' && lacksRecord(volume) ? readVolume(deps, volume.name, call) : volume,
    ),
  );
  return volumes
    .filter((volume) => {
      const record = readRecord(volume) ?? { metadata: {} };
      return isHosting(record) && providerOf(record) === deps.provider;
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function noHosting(name: string, cause: Fault): Fault {
  return new Fault('not-found', `hosting volume ${name} not found`, { cause });
}
