import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import type { Fault } from '../../src/control/fault.ts';
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
const fixture = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url));

describe('a client of servers that misbehave', () => {
  const servers: Server[] = [];
  const clients: RestClient[] = [];
  let hits: string[] = [];

  beforeEach(() => {
    hits = [];
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function serve(name: string, listener: RequestListener, tls?: { cert: string }): Promise<string> {
    const count: RequestListener = (request, response) => {
      hits.push(`${name} ${request.method} ${request.url}`);
      listener(request, response);
    };
    const server =
      tls === undefined
        ? createHttpServer(count)
        : createHttpsServer({ cert: fixture(tls.cert), key: fixture('server-key.pem') }, count);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const good: RequestListener = (_, response) => response.end('{"ok":true}');

  function client(baseUrls: readonly string[], change: Partial<ClientOptions> = {}): RestClient {
    const key = async () => Buffer.from(FAKE_KEY);
    const made = createClient({ baseUrls, issuer: FAKE_ISSUER, key, timeoutMs: 5_000, ...change });
    clients.push(made);
    return made;
  }

  async function fault(of: RestClient, request: RestRequest<unknown>, signal?: AbortSignal): Promise<Fault> {
    try {
      await of.request(request, { id: 'test', signal: signal ?? new AbortController().signal });
    } catch (error) {
      expect(error).to.have.property('name', 'Fault');
      return error as Fault;
    }
    throw new Error('the request succeeded');
  }

  async function kinds(of: RestClient): Promise<string[]> {
    return [(await fault(of, GET)).kind, (await fault(of, POST)).kind];
  }

  const call = () => ({ id: 'test', signal: AbortSignal.timeout(5_000) });

  it('follows no redirect', async () => {
    const target = await serve('target', good);
    const url = await serve('mover', (_, response) =>
      response.writeHead(307, { location: `${target}/v1/thing` }).end(),
    );
    expect(await kinds(client([url]))).to.deep.equal(['unreachable', 'uncertain']);
    expect(hits).to.deep.equal(['mover GET /v1/thing', 'mover POST /v1/thing']);
    expect((await fault(client([url]), GET)).message).to.include('redirects are not followed');
  });

  it('breaks off a reply without end', async () => {
    const chunk = Buffer.alloc(64 * 1024, 0x20);
    const url = await serve('flood', (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    expect(await kinds(client([url], { maxReplyBytes: 1024 * 1024 }))).to.deep.equal([
      'unreachable',
      'uncertain',
    ]);
  });

  it("gives up on a slow reply at its own limit, and at the caller's", async () => {
    const url = await serve('slow', (_, response) => {
      response.write('{"ok":');
    });
    expect(await kinds(client([url], { timeoutMs: 150 }))).to.deep.equal(['unreachable', 'uncertain']);
    expect((await fault(client([url]), GET, AbortSignal.timeout(150))).kind).to.equal('timed-out');
    expect((await fault(client([url]), POST, AbortSignal.timeout(150))).kind).to.equal('timed-out');
    const caller = new AbortController();
    setTimeout(() => caller.abort(), 50);
    expect((await fault(client([url]), POST, caller.signal)).kind).to.equal('cancelled');
  });

  it('asks nobody for a call that is over', async () => {
    const url = await serve('good', good);
    expect((await fault(client([url]), GET, AbortSignal.abort())).kind).to.equal('cancelled');
    expect(hits).to.deep.equal([]);
  });

  it('takes no other JSON, and names the field that does not fit', async () => {
    for (const body of ['{"ok":tru', '', '[]', '{"ok":"yes"}', '{"ok":true}{}', '\u0000']) {
      const url = await serve('odd', (_, response) => response.end(body));
      expect(await kinds(client([url])), body).to.deep.equal(['unreachable', 'uncertain']);
    }
    const url = await serve('odd', (_, response) => response.end('{"ok":"yes"}'));
    expect((await fault(client([url]), GET)).message).to.include('does not fit at ok');
  });

  it("takes a proxy's pages for no answer", async () => {
    for (const status of [200, 401, 404, 409, 500, 502, 503]) {
      const page = '<html>404 not found</html>';
      const url = await serve('proxy', (_, response) => response.writeHead(status).end(page));
      expect(await kinds(client([url])), String(status)).to.deep.equal(['unreachable', 'uncertain']);
    }
  });

  it('is uncertain about a change when the connection breaks, before the reply or within it', async () => {
    const before = await serve('reset', (request) => request.socket.destroy());
    expect(await kinds(client([before]))).to.deep.equal(['unreachable', 'uncertain']);
    const within = await serve('cut', (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"ok":', () => response.destroy());
    });
    expect(await kinds(client([within]))).to.deep.equal(['unreachable', 'uncertain']);
  });

  it('takes no server that speaks another protocol', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => undefined).end('220 smtp ready\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await kinds(client([url]))).to.deep.equal(['unreachable', 'uncertain']);
    server.close();
  });

  it('goes on to a live server from one that refuses connections, also with a change, and remembers', async () => {
    const live = await serve('live', good);
    const gone = await serve('gone', good);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const both = client([gone, live]);
    expect(await both.request(POST, call())).to.deep.equal({ ok: true });
    expect(await both.request(GET, call())).to.deep.equal({ ok: true });
    expect(hits).to.deep.equal(['live POST /v1/thing', 'live GET /v1/thing']);
    expect((await fault(client([gone]), POST)).kind).to.equal('unreachable');
    expect((await fault(client([gone]), POST)).message).to.include('ECONNREFUSED');
    expect((await fault(client(['https://no-such-host.invalid', gone]), POST)).kind).to.equal('unreachable');
  });

  it('goes on with a read from a server that breaks off or hangs, and never with a change', async () => {
    const live = await serve('live', good);
    const broken = await serve('broken', (request) => request.socket.destroy());
    const hung = await serve('hung', () => undefined);
    for (const bad of [broken, hung]) {
      hits = [];
      const limits = { timeoutMs: 400, readTimeoutMs: 150 };
      expect(await client([bad, live], limits).request(GET, call())).to.deep.equal({ ok: true });
      expect((await fault(client([bad, live], limits), POST)).kind).to.equal('uncertain');
      expect(hits.filter((hit) => hit.includes('live'))).to.deep.equal(['live GET /v1/thing']);
    }
  });

  it('goes on with a change where the gateway itself says that nothing was changed, and no other refusal', async () => {
    const answer = (fault: string) =>
      `{"errors":[{"code":1,"message":"glusterd is down","fields":{"fault":"${fault}"}}]}`;
    const live = await serve('live', good);
    const down = await serve('down', (_, response) => response.writeHead(503).end(answer('unreachable')));
    expect(await client([down, live]).request(POST, call())).to.deep.equal({ ok: true });
    for (const kind of ['uncertain', 'busy', 'exhausted', 'timed-out']) {
      const url = await serve(kind, (_, response) => response.writeHead(500).end(answer(kind)));
      expect((await fault(client([url, live]), POST)).kind).to.equal(kind);
    }
    expect(hits.filter((hit) => hit.startsWith('live'))).to.have.length(1);
  });

  it('says once what all of them say', async () => {
    const says = (message: string) =>
      serve(message, (_, response) =>
        response
          .writeHead(503)
          .end(JSON.stringify({ errors: [{ code: 1, message, fields: { fault: 'unreachable' } }] })),
      );
    const urls = [await says('g3 is down'), await says('no quorum'), await says('g3 is down')];
    expect((await fault(client(urls), POST)).message).to.equal('g3 is down; no quorum');
    expect(hits).to.have.length(3);
  });

  it('trusts only certificates of its CA, in date and for the name, and then sends nothing', async () => {
    const ca = new URL('../fixtures/tls/ca.pem', import.meta.url).pathname;
    const otherCa = new URL('../fixtures/tls/other-ca.pem', import.meta.url).pathname;
    const right = await serve('right', good, { cert: 'server.pem' });
    expect(await client([right], { ca }).request(POST, call())).to.deep.equal({ ok: true });
    hits = [];
    const expired = await serve('expired', good, { cert: 'expired.pem' });
    const wrongName = await serve('wrong name', good, { cert: 'wrong-name.pem' });
    expect((await fault(client([expired], { ca }), POST)).message).to.include('CERT_HAS_EXPIRED');
    expect((await fault(client([wrongName], { ca }), POST)).message).to.include('ALTNAME');
    for (const of of [
      client([right]),
      client([right], { ca: otherCa }),
      client([right], { ca: otherCa, insecure: true }),
    ]) {
      expect((await fault(of, POST)).kind).to.equal('unreachable');
    }
    expect(hits).to.deep.equal([]);
    expect(await client([expired, right], { ca }).request(POST, call())).to.deep.equal({ ok: true });
  });

  it('reads the CA file again when it changes', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gluster-csi-ca-'));
    const ca = join(directory, 'ca.pem');
    const put = (name: string) => copyFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), ca);
    const url = await serve('tls', good, { cert: 'server.pem' });
    put('other-ca.pem');
    const of = client([url], { ca, recheckMs: 0 });
    expect((await fault(of, GET)).kind).to.equal('unreachable');
    put('ca.pem');
    expect(await of.request(GET, call())).to.deep.equal({ ok: true });
    put('server-key.pem');
    expect((await fault(of, GET)).message).to.include('no certificate');
    rmSync(directory, { recursive: true });
  });

  it('tells neither token nor key in any message', async () => {
    let token = '';
    const url = await serve('listener', (request, response) => {
      token = request.headers.authorization ?? '';
      response.writeHead(500).end('{"errors":[{"code":1,"message":"no"}]}');
    });
    const { message, cause, stack } = await fault(client([url]), POST);
    expect(token).to.match(/^bearer ey/);
    const all = [message, String(stack), String((cause as Error).stack), JSON.stringify(cause)].join();
    expect(all).to.not.include(token.slice(7)).and.not.include(FAKE_KEY);
  });
});
