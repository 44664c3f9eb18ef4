import type { z } from 'zod';
import type { Call } from '../../control/call.ts';
import { invalid } from '../../control/fault.ts';
import { toFacts, toJson } from '../bricks/snapshot-record.ts';
import type { SnapshotServer } from '../peers/snapshot-server.ts';
import * as wire from '../peers/snapshot-wire.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { bodyRoute, ok, type Reply, type Route, route } from '../route.ts';

const PATH = '/internal/v1/snapshots';
const DONE: Reply = { status: 204 };

/** What gateways ask of each other for snapshots: the methods of SnapshotServer, done here. */
export function internalSnapshotRoutes(local: (call: Call) => Promise<StorageServer>): readonly Route[] {
  const here = async (call: Call) => (await local(call)).snapshots;
  function act<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    perform: (server: SnapshotServer, body: z.output<Schema>, call: Call) => Promise<void>,
  ): Route {
    const base = { method: 'POST', name: path, description: 'of this server', access: 'peers' } as const;
    return bodyRoute({
      ...base,
      path: `${PATH}/${path}`,
      schema,
      async handle({ body }, call) {
        await perform(await here(call), body, call);
        return DONE;
      },
    });
  }
  return [
    findRoute(here),
    act('prepare', wire.prepareRequest, (server, { token, snapshots }, call) => {
      const requests = snapshots.map(({ facts, bricks }) => ({ facts: toFacts(facts), bricks }));
      return server.prepare(token, requests, call);
    }),
    act('freeze', wire.freezeRequest, (server, { token, seconds }, call) =>
      server.freeze(token, seconds, call),
    ),
    act('take', wire.tokenOnly, (server, { token }, call) => server.take(token, call)),
    thawRoute(here),
    act('commit', wire.commitRequest, (server, { token, createdAt }, call) =>
      server.commit(token, createdAt, call),
    ),
    act('forget', wire.tokenOnly, (server, { token }, call) => server.forget(token, call)),
    act('deleting', wire.snapshotOnly, (server, { snapshot }, call) => server.markDeleting(snapshot, call)),
    act('remove', wire.snapshotOnly, (server, { snapshot }, call) => server.remove(snapshot, call)),
  ];
}

function thawRoute(here: (call: Call) => Promise<SnapshotServer>): Route {
  return bodyRoute({
    method: 'POST',
    path: `${PATH}/thaw`,
    name: 'thaw',
    description: 'of this server',
    access: 'peers',
    schema: wire.tokenOnly,
    handle: async ({ body }, call) => ok({ unbroken: await (await here(call)).thaw(body.token, call) }),
  });
}

function findRoute(here: (call: Call) => Promise<SnapshotServer>): Route {
  return route({
    method: 'GET',
    path: PATH,
    name: 'snapshots',
    description: 'parts of snapshots on this server',
    access: 'peers',
    async handle({ query }, call) {
      const asked = wire.query.safeParse(Object.fromEntries(query));
      if (!asked.success) throw invalid('query', 'names no snapshot, volume or group');
      const { snapshot, volume, group } = asked.data;
      const found = await (await here(call)).find(
        {
          ...(snapshot === undefined ? {} : { snapshot }),
          ...(volume === undefined ? {} : { volume }),
          ...(group === undefined ? {} : { group }),
        },
        call,
      );
      return ok(found.map((one) => toJson(one)));
    },
  });
}
