import type { z } from 'zod';
import type { Call } from '../../control/call.ts';
import type { BrickFiles } from '../block/brick-files.ts';
import * as wire from '../peers/file-wire.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { bodyRoute, ok, type Route } from '../route.ts';

/** What gateways ask of each other to copy block volumes: the methods of BrickFiles, done here. */
export function internalFileRoutes(local: (call: Call) => Promise<StorageServer>): readonly Route[] {
  const act = <Schema extends z.ZodType>(
    name: string,
    schema: Schema,
    perform: (files: BrickFiles, body: z.output<Schema>, call: Call) => Promise<unknown>,
  ): Route =>
    bodyRoute({
      method: 'POST',
      path: `/internal/v1/files/${name}`,
      name: `file ${name}`,
      description: 'of this server',
      access: 'peers',
      schema,
      async handle({ body }, call) {
        const result = await perform((await local(call)).files, body, call);
        return result === undefined ? { status: 204 } : ok(result);
      },
    });
  return [
    act('look', wire.lookRequest, async (files, { file }, call) => {
      const look = await files.look(file, call);
      return { ...look, size: String(look.size) };
    }),
    act('clone', wire.cloneRequest, async (files, { file, to }, call) => ({
      size: String(await files.clone(file, to, call)),
    })),
    act('digest', wire.digestRequest, async (files, { file, range }, call) => ({
      blocks: [...(await files.digest(file, range, call))],
    })),
    act('spread', wire.spreadRequest, (files, { file, blocks }, call) => files.spread(file, blocks, call)),
  ];
}
