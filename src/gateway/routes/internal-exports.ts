import type { z } from 'zod';
import type { Call } from '../../control/call.ts';
import { type ExportServer, exportAllow, exportForbid, exportRef } from '../peers/export-server.ts';
import { bodyRoute, ok, type Reply, type Route } from '../route.ts';

const DONE: Reply = { status: 204 };

/** What gateways ask of this server as an exporter. */
export function internalExportRoutes(exports: ExportServer): readonly Route[] {
  return [
    act('prepare', exportRef, async (ref, call) => ok({ addresses: await exports.prepare(ref, call) })),
    act('build', exportRef, async (ref, call) => ok(await exports.build(ref, call))),
    act('allow', exportAllow, async (body, call) => ok(await exports.allow(body, call))),
    act('forbid', exportForbid, (body, call) => exports.forbid(body, call).then(() => DONE)),
    act('grow', exportRef, (ref, call) => exports.grow(ref, call).then(() => DONE)),
    act('release', exportRef, (ref, call) => exports.release(ref, call).then(() => DONE)),
  ];
}

function act<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  perform: (body: z.output<Schema>, call: Call) => Promise<Reply>,
): Route {
  return bodyRoute({
    method: 'POST',
    path: `/internal/v1/exports/${name}`,
    name: `exports/${name}`,
    description: 'of this server',
    access: 'peers',
    schema,
    handle: ({ body }, call) => perform(body, call),
  });
}
