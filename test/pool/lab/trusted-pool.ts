import type { GlusterServer } from './gluster-server.ts';
import { until } from './until.ts';

/** Makes one trusted pool of the servers, each known to all others by its name, and waits until all see all. */
export async function makeTrustedPool(servers: readonly GlusterServer[]): Promise<void> {
  const [first, second, ...others] = servers;
  if (first === undefined || second === undefined) return;
  for (const { name } of [second, ...others]) await first.mustGluster(['peer', 'probe', name]);
  // The others know the first by its address alone until one of them asks for it by name.
  await second.mustGluster(['peer', 'probe', first.name]);
  await Promise.all(servers.map((server) => untilWhole(server, servers.length)));
}

/** Waits until the server sees all members of its pool connected. */
export async function untilWhole(server: GlusterServer, members: number): Promise<void> {
  await until(
    `${server.name} sees ${members} servers connected`,
    async () => {
      const { stdout } = await server.gluster(['pool', 'list']);
      return stdout.split('\n').filter((line) => /\sConnected\s*$/.test(line)).length === members;
    },
    { everyMs: 100 },
  );
}
