import type { z } from 'zod';
import type { Call } from '../../control/call.ts';
import { toJson, toStored } from '../bricks/snapshot-record.ts';
import type { SnapshotServer } from './snapshot-server.ts';
import { foundSnapshots, thawReply } from './snapshot-wire.ts';
import { done } from './wire.ts';

/** How to ask the other gateway, below /internal/v1/. */
export interface Asking {
  get<T>(path: string, reply: z.ZodType<T>, call: Call, query?: Record<string, string>): Promise<T>;
  post<T>(path: string, body: unknown, reply: z.ZodType<T>, call: Call): Promise<T>;
}

/** The snapshots of another server, through its gateway. */
export function createRemoteSnapshots({ get, post }: Asking): SnapshotServer {
  const tell = async (path: string, body: unknown, call: Call) => {
    await post(`snapshots/${path}`, body, done, call);
  };
  return {
    find: async (query, call) => (await get('snapshots', foundSnapshots, call, { ...query })).map(toStored),
    prepare: (token, requests, call) => {
      const snapshots = requests.map(({ facts, bricks }) => ({
        facts: toJson(facts),
        bricks: bricks.map(({ subvol, brick }) => ({ subvol, brick })),
      }));
      return tell('prepare', { token, snapshots }, call);
    },
    freeze: (token, seconds, call) => tell('freeze', { token, seconds }, call),
    take: (token, call) => tell('take', { token }, call),
    thaw: async (token, call) => (await post('snapshots/thaw', { token }, thawReply, call)).unbroken,
    commit: (token, createdAt, call) => tell('commit', { token, createdAt }, call),
    forget: (token, call) => tell('forget', { token }, call),
    markDeleting: (snapshot, call) => tell('deleting', { snapshot }, call),
    remove: (snapshot, call) => tell('remove', { snapshot }, call),
  };
}
