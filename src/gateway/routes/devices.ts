import type { z } from 'zod';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import {
  deviceAddRequest,
  deviceEditRequest,
  type device as deviceSchema,
} from '../../glusterd2/device-wire.ts';
import { ADDITIONS } from '../../glusterd2/wire.ts';
import type { StoredDevice } from '../bricks/brick-store.ts';
import { deviceName } from '../bricks/device-name.ts';
import { spaceOf } from '../bricks/device-space.ts';
import { deviceParam, peerParam } from '../params.ts';
import { bodyRoute, ok, type Route, route } from '../route.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { surveyServers } from '../volumes/survey.ts';

type Device = z.input<typeof deviceSchema>;

const PEER = '/v1/devices/:peerid';
const DEVICE = `${PEER}/*`;

/** Places for bricks. */
export function deviceRoutes(deps: VolumeDeps): readonly Route[] {
  return [...readRoutes(deps), ...changeRoutes(deps)];
}

function readRoutes(deps: VolumeDeps): readonly Route[] {
  const define = (path: string, name: string, handle: Route['handle']) =>
    route({
      method: 'GET',
      path,
      name,
      description:
        'devices and what of them is promised to bricks and snapshots; servers that are down are left out of the whole list',
      access: 'driver',
      responseType: 'api.ListDeviceResp',
      handle,
    });
  return [
    define('/v1/devices', 'DevicesList', async (_request, call) => {
      const { present } = await surveyServers(deps.pool, undefined, call);
      return ok(
        present.flatMap(({ server, report }) => report.devices.map((one) => toDevice(server.peerId, one))),
      );
    }),
    define(PEER, 'DevicesInPeer', async (request, call) =>
      ok(await devicesOf(deps, peerParam(request), call)),
    ),
    define(DEVICE, 'DeviceInfo', async (request, call) => {
      const path = deviceParam(request);
      const found = (await devicesOf(deps, peerParam(request), call)).filter((one) => one.device === path);
      if (found.length === 0) throw new Fault('not-found', 'device does not exist in the given peer');
      return ok(found);
    }),
  ];
}

function changeRoutes(deps: VolumeDeps): readonly Route[] {
  return [
    bodyRoute({
      method: 'POST',
      path: PEER,
      name: 'DeviceAdd',
      description:
        'makes an empty directory below a device root of that server a device, or with lvm a blank disk',
      access: 'driver',
      requestType: 'api.AddDeviceReq',
      responseType: 'api.AddDeviceResp',
      schema: deviceAddRequest,
      async handle(request, call) {
        const peerId = peerParam(request);
        const server = await deps.pool.server(peerId, call);
        const { device: path, provisioner = 'loop' } = request.body;
        const added = await server.addDevice(path, provisioner, call);
        deps.notify('device.added', { 'peer.id': peerId, device: deviceName(added) });
        const headers = { Location: encodeURI(`/v1/devices/${peerId}${deviceName(added)}`) };
        return { status: 201, body: toDevice(peerId, added), headers };
      },
    }),
    bodyRoute({
      method: 'POST',
      path: DEVICE,
      name: 'DeviceEdit',
      description: 'enables or disables a device for new bricks',
      access: 'driver',
      requestType: 'api.EditDeviceReq',
      schema: deviceEditRequest,
      async handle(request, call) {
        const server = await deps.pool.server(peerParam(request), call);
        await server.setDeviceState(deviceParam(request), request.body.state, call);
        return { status: 200 };
      },
    }),
    route({
      method: 'DELETE',
      path: DEVICE,
      name: ADDITIONS.deviceDelete,
      description:
        'a device without bricks and snapshots is one no longer; the directory, or the blank disk, stays',
      access: 'driver',
      async handle(request, call) {
        const peerId = peerParam(request);
        const path = deviceParam(request);
        await (await deps.pool.server(peerId, call)).removeDevice(path, call);
        deps.notify('device.removed', { 'peer.id': peerId, device: path });
        return { status: 204 };
      },
    }),
  ];
}

async function devicesOf(deps: VolumeDeps, peerId: string, call: Call): Promise<readonly Device[]> {
  const server = await deps.pool.server(peerId, call);
  const { devices } = await server.report(undefined, call);
  return devices.map((one) => toDevice(peerId, one));
}

function toDevice(peerId: string, device: StoredDevice): Device {
  return {
    device: deviceName(device),
    provisioner: device.provisioner,
    state: device.state,
    'free-size': Number(device.freeBytes),
    'total-size': Number(device.totalBytes),
    'used-size': Number(device.usedBytes),
    'extent-size': 0,
    'device-used': device.bricks > 0,
    'peer-id': peerId,
    snapshots: device.snapshots,
    'snapshot-size': Number(device.snapshotBytes),
    'file-system-size': Number(device.sizeBytes),
    'file-system-free': Number(device.availableBytes),
    'owed-size': Number(device.owedBytes),
    space: spaceOf(device),
  };
}
