import type { z } from 'zod';
import type { Call } from '../../control/call.ts';
import { type ExportServer, exportReady, exportView } from './export-server.ts';
import { done } from './wire.ts';

type Post = <T>(path: string, body: unknown, reply: z.ZodType<T>, call: Call) => Promise<T>;

/** Another server as an exporter, through its gateway. */
export function createRemoteExports(post: Post): ExportServer {
  const tell = async (path: string, body: unknown, call: Call) => {
    await post(path, body, done, call);
  };
  return {
    prepare: async (ref, call) => (await post('exports/prepare', ref, exportReady, call)).addresses,
    build: (ref, call) => post('exports/build', ref, exportView, call),
    allow: (allowed, call) => post('exports/allow', allowed, exportView, call),
    forbid: (forbidden, call) => tell('exports/forbid', forbidden, call),
    grow: (ref, call) => tell('exports/grow', ref, call),
    release: (ref, call) => tell('exports/release', ref, call),
  };
}
