import * as z from 'zod';
import type { PoolPeer } from './gluster.ts';
import type { Reply } from './reply.ts';
import { element } from './reply.ts';

const peer = z.object({ uuid: z.uuid(), hostname: z.string().min(1), connected: z.string() });
const body = z.object({ peerStatus: element(z.object({ peer: z.array(peer).default([]) })) });

/** Reads `pool list --xml`. Throws a ZodError when its form is unknown. */
export function parsePoolList(reply: Reply): readonly PoolPeer[] {
  return body.parse(reply.body).peerStatus.peer.map(({ uuid, hostname, connected }) => ({
    id: uuid,
    host: hostname,
    connected: connected === '1',
  }));
}
