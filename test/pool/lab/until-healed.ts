import type { GlusterServer } from './gluster-server.ts';
import { until } from './until.ts';

/** Waits until no brick of the volume has entries that wait to be healed. */
export async function untilHealed(server: GlusterServer, volume: string, bricks: number): Promise<void> {
  await until(
    `${volume} healed`,
    async () => {
      const { stdout } = await server.gluster(['volume', 'heal', volume, 'info']);
      const entries = stdout.split('\n').filter((line) => line.startsWith('Number of entries:'));
      return entries.length === bricks && entries.every((line) => line === 'Number of entries: 0');
    },
    { timeoutMs: 120_000, everyMs: 500 },
  );
}
