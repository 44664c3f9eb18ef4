import * as z from 'zod';
import type { GlusterBrickStatus } from './gluster.ts';
import type { Reply } from './reply.ts';
import { element } from './reply.ts';

/** Numbers of bricks that are down are absent, "N/A" or -1. */
const number = z
  .string()
  .default('0')
  .transform((text) => (/^\d+$/.test(text) ? Number(text) : 0));
const bytes = z
  .string()
  .default('0')
  .transform((text) => (/^\d+$/.test(text) ? BigInt(text) : 0n));
const node = z.object({
  hostname: z.string(),
  path: z.string(),
  peerid: z.string(),
  status: z.string(),
  port: number,
  pid: number,
  sizeTotal: bytes,
  sizeFree: bytes,
  device: z.string().default(''),
  fsName: z.string().default(''),
  mntOptions: z.string().default(''),
});
const volume = z.object({ volName: z.string(), node: z.array(node).default([]) });
const body = z.object({
  volStatus: element(z.object({ volumes: element(z.object({ volume: z.array(volume).default([]) })) })),
});

/** Reads `volume status NAME [detail] --xml`: the bricks of the servers that answered, no daemons. Throws a ZodError. */
export function parseVolumeStatus(reply: Reply): readonly GlusterBrickStatus[] {
  return (
    body
      .parse(reply.body)
      .volStatus.volumes.volume.flatMap((parsed) => parsed.node)
      // Self-heal and quota daemons stand there with a host where a brick has its path.
      .filter((parsed) => parsed.path.startsWith('/'))
      .map(toStatus)
  );
}

function toStatus(parsed: z.output<typeof node>): GlusterBrickStatus {
  const online = parsed.status === '1';
  return {
    host: parsed.hostname,
    path: parsed.path,
    peerId: parsed.peerid,
    online,
    pid: online ? parsed.pid : 0,
    port: online ? parsed.port : 0,
    sizeTotal: parsed.sizeTotal,
    sizeFree: parsed.sizeFree,
    device: parsed.device,
    fsType: parsed.fsName,
    mountOptions: parsed.mntOptions,
  };
}
