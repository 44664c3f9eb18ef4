import * as z from 'zod';
import type { GlusterBrick, GlusterVolume } from './gluster.ts';
import type { Reply } from './reply.ts';
import { element } from './reply.ts';

const count = z.coerce.number().int().nonnegative();
const brick = z.object({
  name: z.string(),
  hostUuid: z.string(),
  isArbiter: z.string().default('0'),
});
const option = z.object({ name: z.string(), value: z.string() });
const volume = z.object({
  name: z.string().min(1),
  id: z.uuid(),
  statusStr: z.enum(['Created', 'Started', 'Stopped']),
  snapshotCount: count.default(0),
  distCount: count,
  replicaCount: count,
  arbiterCount: count.default(0),
  disperseCount: count.default(0),
  redundancyCount: count.default(0),
  transport: z.string(),
  bricks: element(z.object({ brick: z.array(brick).default([]) })),
  options: element(z.object({ option: z.array(option).default([]) })),
});
const body = z.object({
  volInfo: element(z.object({ volumes: element(z.object({ volume: z.array(volume).default([]) })) })),
});

/** Reads `volume info [NAME] --xml`. Throws a ZodError when its form is unknown. */
export function parseVolumeInfo(reply: Reply): readonly GlusterVolume[] {
  return body.parse(reply.body).volInfo.volumes.volume.map(toVolume);
}

function toVolume(parsed: z.output<typeof volume>): GlusterVolume {
  return {
    id: parsed.id,
    name: parsed.name,
    state: parsed.statusStr,
    distributeCount: parsed.distCount,
    replicaCount: parsed.replicaCount,
    arbiterCount: parsed.arbiterCount,
    disperseCount: parsed.disperseCount,
    redundancyCount: parsed.redundancyCount,
    transport: toTransport(parsed.transport),
    bricks: parsed.bricks.brick.map(toBrick),
    options: Object.fromEntries(parsed.options.option.map(({ name, value }) => [name, value])),
    snapshotCount: parsed.snapshotCount,
  };
}

function toBrick(parsed: z.output<typeof brick>): GlusterBrick {
  return { ...splitBrick(parsed.name), peerId: parsed.hostUuid, arbiter: parsed.isArbiter === '1' };
}

/** `host:/path`; an IPv6 host has colons of its own, no slash. */
export function splitBrick(name: string): { readonly host: string; readonly path: string } {
  const at = name.indexOf(':/');
  return { host: name.slice(0, Math.max(at, 0)), path: name.slice(at + 1) };
}

/** glusterd's numbers (gf_transport_type). */
function toTransport(code: string): string {
  return { '0': 'tcp', '1': 'rdma', '2': 'tcp,rdma' }[code] ?? code;
}
