import type { z } from 'zod';
import type { Call } from '../../control/call.ts';
import type { RestoreStore } from '../bricks/restore-store.ts';
import { restorePrepare, restoreStep } from '../peers/restore-wire.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import { bodyRoute, type Route } from '../route.ts';

const STEPS = ['close', 'open', 'finish', 'undo'] as const;

/** What gateways ask of each other to restore volumes: the methods of RestoreStore, done here. */
export function internalRestoreRoutes(local: (call: Call) => Promise<StorageServer>): readonly Route[] {
  const act = <Schema extends z.ZodType>(
    name: string,
    schema: Schema,
    perform: (restores: RestoreStore, body: z.output<Schema>, call: Call) => Promise<void>,
  ): Route =>
    bodyRoute({
      method: 'POST',
      path: `/internal/v1/restores/${name}`,
      name: `restore ${name}`,
      description: 'of this server',
      access: 'peers',
      schema,
      async handle({ body }, call) {
        await perform((await local(call)).restores, body, call);
        return { status: 204 };
      },
    });
  return [
    act('prepare', restorePrepare, (restores, { volume, snapshot, token }, call) =>
      restores.prepare(volume, snapshot, token, call),
    ),
    ...STEPS.map((step) =>
      act(step, restoreStep, (restores, { volume, token }, call) => restores[step](volume, token, call)),
    ),
  ];
}
