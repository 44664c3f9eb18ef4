import * as z from 'zod';
import type { GlusterSnapshot } from './gluster.ts';
import { element, type Reply } from './reply.ts';

const snapshot = z.object({
  name: z.string().min(1),
  description: z.string().default(''),
  createTime: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}$/),
  snapVolume: z.object({
    name: z.string().regex(/^[0-9a-f]{32}$/),
    originVolume: z.object({ name: z.string().min(1) }),
  }),
});
const body = z.object({ snapInfo: z.object({ snapshots: element(z.object({ snapshot })) }) });

/** Reads `snapshot info NAME --xml`. Throws a ZodError when its form is unknown. */
export function parseSnapshot(reply: Reply): GlusterSnapshot {
  const { name, description, createTime, snapVolume } = body.parse(reply.body).snapInfo.snapshots.snapshot;
  return {
    name,
    description,
    createdAt: toMilliseconds(createTime),
    volume: snapVolume.originVolume.name,
    glusterName: snapVolume.name,
  };
}

/** `2026-11-21 20:36:43 +0000`: exact to the second. */
function toMilliseconds(text: string): number {
  const [day = '', time = '', zone = ''] = text.split(' ');
  return Date.parse(`${day}T${time}${zone.slice(0, 3)}:${zone.slice(3)}`);
}
