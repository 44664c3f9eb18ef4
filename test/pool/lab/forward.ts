import { type AddressInfo, createConnection, createServer } from 'node:net';

/** Listens on a free port of 127.0.0.1 and passes each connection on to a unix socket. */
export async function forwardToSocket(socket: string): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((near) => {
    const far = createConnection(socket);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
