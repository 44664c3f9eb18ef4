import type { GlusterServer } from './gluster-server.ts';
import { until } from './until.ts';

/** How many entries wait to be healed on each brick that can be asked. */
export async function entriesToHeal(server: GlusterServer, volume: string): Promise<readonly number[]> {
  const { stdout } = await server.gluster(['volume', 'heal', volume, 'info']);
  return [...stdout.matchAll(/^Number of entries: (\d+)$/gm)].map(([, count]) => Number(count));
}

/** True when all of its bricks can be asked, and none has an entry that waits to be healed. */
export async function isHealed(server: GlusterServer, volume: string, bricks: number): Promise<boolean> {
  const entries = await entriesToHeal(server, volume);
  return entries.length === bricks && entries.every((count) => count === 0);
}

/** Waits until no brick of the volume has entries that wait to be healed. */
export async function untilHealed(server: GlusterServer, volume: string, bricks: number): Promise<void> {
  await until(`${volume} healed`, () => isHealed(server, volume, bricks), {
    timeoutMs: 120_000,
    everyMs: 500,
  });
}
