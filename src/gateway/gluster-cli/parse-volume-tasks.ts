import * as z from 'zod';
import type { GlusterTask } from './gluster.ts';
import type { Reply } from './reply.ts';
import { element } from './reply.ts';

/** glusterd's numbers of a rebalance that runs: of files, of directories' layouts alone. */
const RUNNING = new Set(['1', '5']);

const task = z.object({ type: z.string(), id: z.string(), status: z.string() });
const volume = z.object({ tasks: element(z.object({ task: z.array(task).default([]) })) });
const body = z.object({
  volStatus: element(z.object({ volumes: element(z.object({ volume: z.array(volume).default([]) })) })),
});

/** Reads `volume status NAME --xml`: the last task of the volume, unless it was stopped. Throws a ZodError. */
export function parseVolumeTasks(reply: Reply): readonly GlusterTask[] {
  return body
    .parse(reply.body)
    .volStatus.volumes.volume.flatMap(({ tasks }) => tasks.task)
    .map(({ type, id, status }) => ({ id, type: type.toLowerCase(), isRunning: RUNNING.has(status) }));
}
