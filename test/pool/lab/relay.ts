import { createConnection, createServer } from 'node:net';

/**
 * Run in a machine of the lab, as `relay.ts SOCKET=HOST:PORT…`: makes what listens in the lab's network reachable by
 * unix sockets, which have no network.
 */
for (const argument of process.argv.slice(2)) {
  const [socket = '', host = '', port = ''] = argument.split(/[=:]/);
  const server = createServer((near) => {
    const far = createConnection({ host, port: Number(port) });
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  server.listen(socket);
}
