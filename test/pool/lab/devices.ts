import { z } from 'zod';
import { device } from '../../../src/glusterd2/device-wire.ts';
import type { RestClient } from '../../../src/glusterd2/http.ts';
import { peerList } from '../../../src/glusterd2/wire.ts';
import type { Lab } from './lab.ts';
import { PATIENCE } from './patience.ts';

/** What each server's disks are for, in order; further ones are for loop bricks too. */
const PROVISIONERS = ['loop', 'directory'] as const;

/** Gives the servers' disks to the gateways as devices, by the API: what an administrator does once. */
export async function addDevices(client: RestClient, lab: Lab): Promise<void> {
  const call = { id: 'lab', signal: AbortSignal.timeout(60_000 * PATIENCE) };
  const peers = await client.request(
    { method: 'GET', path: '/v1/peers', reply: peerList, subject: 'peers' },
    call,
  );
  const requests = lab.servers.flatMap((server) => {
    const peer = peers.find(({ name }) => name === server.name);
    if (peer === undefined) throw new Error(`the gateway lists no peer ${server.name}`);
    return server.devices.map((path, disk) => ({ peer: peer.id, path, provisioner: PROVISIONERS[disk] }));
  });
  await Promise.all(
    requests.map(({ peer, path, provisioner }) =>
      client.request(
        {
          method: 'POST',
          path: `/v1/devices/${peer}`,
          body: { device: path, provisioner: provisioner ?? 'loop' },
          reply: device.or(z.unknown()),
          subject: `device ${path}`,
        },
        call,
      ),
    ),
  );
}
