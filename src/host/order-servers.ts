import { connect } from 'node:net';

const GLUSTERD_PORT = 24_007;
const CONNECT_MS = 700;

/**
 * The servers, from the first that takes a connection to glusterd's port on; unchanged when none does. The client
 * itself would wait for 45 s (measured) for a server that drops its packets before it asks the next one.
 */
export async function orderServers(
  servers: readonly string[],
  answers: (server: string) => Promise<boolean> = takesConnection,
): Promise<readonly string[]> {
  for (const [index, server] of servers.entries()) {
    if (await answers(server)) return [...servers.slice(index), ...servers.slice(0, index)];
  }
  return servers;
}

function takesConnection(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: GLUSTERD_PORT });
    const timer = setTimeout(() => end(false), CONNECT_MS);
    const end = (isTaken: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isTaken);
    };
    socket.once('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}
