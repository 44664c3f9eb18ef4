import { toBackend } from '../../../src/glusterd2/backend.ts';
import { parseVolumeName } from '../../../src/volumes/ids.ts';
import type { Gateways } from '../../pool/lab/gateways.ts';
import { DEVICE_ROOT } from '../../pool/lab/gluster-server.ts';
import type { Lab } from '../../pool/lab/lab.ts';

/** A volume that an administrator has made, and directories of it that the examples and tests mount. */
export const FOREIGN_VOLUME = 'archive';
export const FOREIGN_DIRECTORY = 'projects/2026';
/** A volume that carries the driver's mark, with a name that is known beforehand. */
export const OWN_VOLUME = 'ours';

const MOUNT_POINT = '/run/by-hand';

/** `gluster volume create` as in any handbook. */
export async function makeForeignVolume(lab: Lab): Promise<void> {
  const server = lab.server(1);
  const bricks = lab.servers.map(({ name }) => `${name}:${DEVICE_ROOT}/disk2/${FOREIGN_VOLUME}`);
  await server.mustGluster(['volume', 'create', FOREIGN_VOLUME, 'replica', '3', ...bricks]);
  await server.mustGluster(['volume', 'start', FOREIGN_VOLUME]);
  await server.machine.must(['mkdir', '-p', MOUNT_POINT]);
  await server.machine.must(['mount', '-t', 'glusterfs', `localhost:/${FOREIGN_VOLUME}`, MOUNT_POINT]);
  await server.machine.must(['mkdir', '-p', `${MOUNT_POINT}/${FOREIGN_DIRECTORY}`]);
  await server.machine.must(['umount', MOUNT_POINT]);
}

export async function removeForeignVolume(lab: Lab): Promise<void> {
  const server = lab.server(1);
  await server.mustGluster(['volume', 'stop', FOREIGN_VOLUME]);
  await server.mustGluster(['volume', 'delete', FOREIGN_VOLUME]);
}

/** Made by the same REST call that the controller makes. */
export async function makeOwnVolume(gateways: Gateways): Promise<void> {
  const backend = toBackend(await gateways.restClient(1));
  const name = parseVolumeName(OWN_VOLUME);
  const call = { id: 'e2e', signal: AbortSignal.timeout(60_000) };
  const volume = {
    name,
    csiName: OWN_VOLUME,
    capacityBytes: 64n * 1024n ** 2n,
    layout: { kind: 'replica', copies: 3, distribute: 1 },
    brickType: 'loop',
    zones: [],
    options: {},
  } as const;
  await backend.create(volume, {}, call);
  await backend.start(name, call);
}

export async function removeOwnVolume(gateways: Gateways): Promise<void> {
  const backend = toBackend(await gateways.restClient(1));
  const call = { id: 'e2e', signal: AbortSignal.timeout(60_000) };
  await backend.delete(parseVolumeName(OWN_VOLUME), call);
}
