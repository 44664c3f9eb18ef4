import type { z } from 'zod';
import type { Call } from '../../control/call.ts';
import { invalid } from '../../control/fault.ts';
import type { StoredBrick, StoredDevice } from '../bricks/brick-store.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import * as wire from '../peers/wire.ts';
import { bodyRoute, ok, type Reply, type Route, route } from '../route.ts';

/** Gives this server, once glusterd has told its peer id. */
type Local = (call: Call) => Promise<StorageServer>;

const DONE: Reply = { status: 204 };

/** What gateways ask of each other, under /internal/v1/: the methods of StorageServer, done here. */
export function internalRoutes(local: Local): readonly Route[] {
  return [...readRoutes(local), ...brickRoutes(local), ...deviceRoutes(local)];
}

function read(path: string, description: string, handle: Route['handle']): Route {
  return route({
    method: 'GET',
    path: `/internal/v1/${path}`,
    name: path,
    description,
    access: 'peers',
    handle,
  });
}

function act<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  perform: (body: z.output<Schema>, call: Call) => Promise<Reply>,
): Route {
  return bodyRoute({
    method: 'POST',
    path: `/internal/v1/${path}`,
    name: path,
    description: 'of this server',
    access: 'peers',
    schema,
    handle: ({ body }, call) => perform(body, call),
  });
}

function readRoutes(local: Local): readonly Route[] {
  return [
    read('node', 'what this server holds', async ({ query }, call) => {
      const volume = query.get('volume') ?? undefined;
      if (volume !== undefined && !wire.volumeRequest.safeParse({ volume }).success) {
        throw invalid('volume', 'is no volume name');
      }
      const { zone, devices, bricks, ...rest } = await (await local(call)).report(volume, call);
      return ok({
        ...rest,
        ...(zone === undefined ? {} : { zone }),
        devices: devices.map(toWireDevice),
        bricks: bricks.map(toWireBrick),
      });
    }),
    read('tokens/:token', 'is that create under way here', async ({ params }, call) =>
      ok({ held: await (await local(call)).holdsToken(params['token'] ?? '', call) }),
    ),
    read('events', 'what this gateway did', async (_request, call) =>
      ok(await (await local(call)).events(call)),
    ),
  ];
}

function brickRoutes(local: Local): readonly Route[] {
  const tell =
    <Body>(work: (server: StorageServer, body: Body, call: Call) => Promise<void>) =>
    async (body: Body, call: Call) => {
      await work(await local(call), body, call);
      return DONE;
    };
  return [
    act('bricks/reserve', wire.reserveRequest, async ({ token, bricks }, call) =>
      ok((await (await local(call)).reserve(token, bricks, call)).map(toWireBrick)),
    ),
    act(
      'bricks/use',
      wire.useRequest,
      tell((server, { volume, token, record }, call) => server.use(volume, token, record, call)),
    ),
    act(
      'bricks/record',
      wire.recordRequest,
      tell((server, { volume, record }, call) => server.setRecord(volume, record, call)),
    ),
    act(
      'bricks/undo',
      wire.tokenRequest,
      tell((server, { volume, token }, call) => server.undo(volume, token, call)),
    ),
    act(
      'bricks/deleting',
      wire.volumeRequest,
      tell((server, { volume }, call) => server.markDeleting(volume, call)),
    ),
    act(
      'bricks/remove',
      wire.volumeRequest,
      tell((server, { volume }, call) => server.remove(volume, call)),
    ),
    act(
      'bricks/grow',
      wire.growRequest,
      tell((server, { volume, bricks }, call) => server.grow(volume, bricks, call)),
    ),
    act(
      'bricks/paths',
      wire.pathsRequest,
      tell((server, { paths, create }, call) => server.checkBrickPaths(paths, { create }, call)),
    ),
  ];
}

function deviceRoutes(local: Local): readonly Route[] {
  return [
    act('devices/add', wire.deviceAdd, async ({ path, provisioner }, call) =>
      ok(toWireDevice(await (await local(call)).addDevice(path, provisioner, call))),
    ),
    act('devices/state', wire.deviceSet, async ({ path, state }, call) => {
      await (await local(call)).setDeviceState(path, state, call);
      return DONE;
    }),
    act('devices/remove', wire.devicePath, async ({ path }, call) => {
      await (await local(call)).removeDevice(path, call);
      return DONE;
    }),
  ];
}

function toWireDevice(device: StoredDevice) {
  return {
    ...device,
    totalBytes: String(device.totalBytes),
    usedBytes: String(device.usedBytes),
    freeBytes: String(device.freeBytes),
    snapshotBytes: String(device.snapshotBytes),
    sizeBytes: String(device.sizeBytes),
    availableBytes: String(device.availableBytes),
    owedBytes: String(device.owedBytes),
  };
}

function toWireBrick(brick: StoredBrick) {
  return { ...brick, dataBytes: String(brick.dataBytes), accountBytes: String(brick.accountBytes) };
}
