import { getEventListeners, once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { expect } from 'chai';
import { z } from 'zod';
import type { Fault } from '../../src/control/fault.ts';
import { createServer as createGatewayServer } from '../../src/gateway/server.ts';
import {
  type ClientOptions,
  createClient,
  type RestClient,
  type RestRequest,
} from '../../src/glusterd2/http.ts';
import { FAKE_ISSUER, FAKE_KEY } from '../fakes/glusterd2-server.ts';

const GET: RestRequest<{ ok: boolean }> = {
  method: 'GET',
  path: '/v1/thing',
  reply: z.object({ ok: z.boolean() }),
  subject: 'thing',
};
const POST: RestRequest<{ ok: boolean }> = { ...GET, method: 'POST', body: { a: 1 } };
const OK = '{"ok":true}';
const RAW_OK = `HTTP/1.1 200 OK\r\ncontent-length: ${OK.length}\r\n\r\n${OK}`;

describe("a client's connections", () => {
  const servers: TcpServer[] = [];
  const clients: RestClient[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  beforeEach(() => {
    connections = 0;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    for (const socket of sockets) socket.destroy();
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });

  async function listen(server: TcpServer | Server, scheme = 'http'): Promise<string> {
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      connections += 1;
      sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const serve = (listener: RequestListener) => listen(createHttpServer(listener));
  const good: RequestListener = (_, response) => response.end(OK);

  /** Serves raw bytes: what to do with the n-th request of the m-th connection, both from 1. */
  function serveRaw(answer: (socket: Socket, request: number, connection: number) => void): Promise<string> {
    let connection = 0;
    const server = createTcpServer((socket) => {
      connection += 1;
      const mine = connection;
      let request = 0;
      socket.on('data', () => answer(socket, ++request, mine));
    });
    return listen(server);
  }

  function client(baseUrls: readonly string[], change: Partial<ClientOptions> = {}): RestClient {
    const key = async () => Buffer.from(FAKE_KEY);
    const made = createClient({ baseUrls, issuer: FAKE_ISSUER, key, timeoutMs: 5_000, ...change });
    clients.push(made);
    return made;
  }

  const call = (signal = AbortSignal.timeout(5_000)) => ({ id: 'test', signal });

  async function fault(of: RestClient, request: RestRequest<unknown>): Promise<Fault> {
    return of.request(request, call()).then(
      () => expect.fail('the request succeeded'),
      (error: Fault) => error,
    );
  }

  it('are used again, and leave no listener behind', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    const of = client([await serve(good)]);
    const { signal } = new AbortController();
    for (let count = 0; count < 50; count += 1) await of.request(count % 2 === 0 ? GET : POST, call(signal));
    expect(connections).to.equal(1);
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
    process.off('warning', warn);
    expect(warnings).to.deep.equal([]);
  });

  it('number 64 at most, and more requests wait', async () => {
    const of = client([await serve((_, response) => setTimeout(() => response.end(OK), 5))]);
    const replies = await Promise.all(Array.from({ length: 200 }, () => of.request(POST, call())));
    expect(replies).to.have.length(200);
    expect(connections).to.equal(64);
  });

  it('let go of requests that wait for one when their caller goes away', async () => {
    const of = client([await serve(() => undefined)]);
    const caller = new AbortController();
    const kinds = Array.from({ length: 70 }, () =>
      of.request(POST, call(caller.signal)).catch((error: Fault) => error.kind),
    );
    setTimeout(() => caller.abort(), 100);
    expect(new Set(await Promise.all(kinds))).to.deep.equal(new Set(['cancelled']));
    expect(getEventListeners(caller.signal, 'abort')).to.have.length(0);
  });

  it('that the server closed meanwhile cost a read nothing, and a change is sent once and uncertain', async () => {
    for (const [request, outcome] of [
      [GET, 'success'],
      [POST, 'uncertain'],
    ] as const) {
      connections = 0;
      let sent = 0;
      const url = await serveRaw((socket, number, connection) => {
        sent += 1;
        if (connection === 1 && number === 2) socket.resetAndDestroy();
        else socket.write(RAW_OK);
      });
      const of = client([url]);
      await of.request(GET, call());
      expect(
        await of.request(request, call()).then(
          () => 'success',
          (error: Fault) => error.kind,
        ),
      ).to.equal(outcome);
      expect([sent, connections]).to.deep.equal(request === GET ? [3, 2] : [2, 1]);
    }
  });

  it('are not retried for a read when they are new, or when a reply had begun', async () => {
    const fresh = await serveRaw((socket) => socket.resetAndDestroy());
    expect((await fault(client([fresh]), GET)).kind).to.equal('unreachable');
    expect(connections).to.equal(1);
    const begun = await serveRaw((socket, number) => {
      if (number === 1) socket.write(RAW_OK);
      else socket.write(RAW_OK.slice(0, -3), () => socket.resetAndDestroy());
    });
    const of = client([begun]);
    await of.request(GET, call());
    expect((await fault(of, GET)).kind).to.equal('unreachable');
    expect(connections).to.equal(2);
  });

  it('are not kept where the server closes them soon, and the gateway keeps them for longer than we do', async () => {
    const hasty = await serve((_, response) => response.setHeader('keep-alive', 'timeout=2').end(OK));
    const of = client([hasty]);
    await of.request(GET, call());
    await of.request(POST, call());
    expect(connections).to.equal(2);
    const listening = { address: '127.0.0.1', port: 0 };
    const gateway = await createGatewayServer({ listen: listening, insecure: false }, good);
    const { port } = await gateway.listen();
    const { headers } = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5_000) });
    expect(Number(/^timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1])).to.be.greaterThan(30);
    gateway.cut();
    await gateway.close();
  });

  it('that do not come about in time, TCP or TLS, let also a change go on to the next server', async () => {
    const silent = await listen(
      createTcpServer(() => undefined),
      'https',
    );
    const of = client([silent], { connectTimeoutMs: 100 });
    const { kind, message } = await fault(of, POST);
    expect([kind, message]).to.deep.equal([
      'unreachable',
      message.match(/.*no connection.*ETIMEDOUT.*/)?.[0],
    ]);
    const live = await serve(good);
    expect(await client([silent, live], { connectTimeoutMs: 100 }).request(POST, call())).to.deep.equal({
      ok: true,
    });
  });

  it('that the server turns into another protocol carry no reply', async () => {
    const url = await serveRaw((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\nhello'),
    );
    expect((await fault(client([url]), GET)).kind).to.equal('unreachable');
    expect((await fault(client([url]), POST)).kind).to.equal('uncertain');
  });

  it('give a reply that ends with its connection, and tell a length for every body', async () => {
    const lengths: unknown[] = [];
    const url = await serve((request, response) => {
      lengths.push(`${request.method} ${request.headers['content-length']}`);
      response.writeHead(200, { connection: 'close' }).end(OK);
    });
    const of = client([url]);
    const { body: _, ...empty } = POST;
    for (const request of [POST, empty, { ...POST, method: 'DELETE' as const }, GET, GET])
      await of.request(request, call());
    expect(lengths).to.deep.equal(['POST 7', 'POST 0', 'DELETE 7', 'GET undefined', 'GET undefined']);
    const bare = await serveRaw((socket) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${OK}`));
    expect(await client([bare]).request(POST, call())).to.deep.equal({ ok: true });
  });

  it('end when the client is closed, after the requests under way', async () => {
    const arrived = Promise.withResolvers<() => void>();
    const url = await serve((_, response) => arrived.resolve(() => response.end(OK)));
    const of = client([url]);
    const request = of.request(POST, call());
    const answer = await arrived.promise;
    const order: string[] = [];
    const closing = of.close().then(() => order.push('closed'));
    setTimeout(() => {
      order.push('answered');
      answer();
    }, 20);
    expect(await request).to.deep.equal({ ok: true });
    await closing;
    expect(order).to.deep.equal(['answered', 'closed']);
    for (const socket of sockets) await once(socket, 'close');
    expect(sockets.size).to.equal(0);
  });
});
