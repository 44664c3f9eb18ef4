import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { z } from 'zod';
import type { Fault } from '../../src/control/fault.ts';
import { toBackend } from '../../src/glusterd2/backend.ts';
import { device, deviceList } from '../../src/glusterd2/device-wire.ts';
import { createClient, type RestClient } from '../../src/glusterd2/http.ts';
import * as wire from '../../src/glusterd2/wire.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import { refuseAuth } from '../fakes/glusterd2-auth.ts';
import { FAKE_ISSUER, FAKE_KEY } from '../fakes/glusterd2-server.ts';

interface Recorded {
  readonly request: {
    readonly method: 'GET' | 'POST' | 'DELETE';
    readonly path: string;
    readonly body: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
}

const directory = new URL('../fixtures/glusterd2/', import.meta.url);
const recorded = new Map(
  readdirSync(directory).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(new URL(file, directory), 'utf8')) as Recorded,
  ]),
);

/** Which message a request's reply is, by method and path. The first that matches. */
const REPLIES: readonly [RegExp, z.ZodType][] = [
  [/^GET \/ping$/, z.null()],
  [/^GET \/version$/, wire.version],
  [/^GET \/endpoints$/, wire.endpointList],
  [/^GET \/v1\/volumes(\?|$)/, wire.volumeList],
  [/^GET \/v1\/volumes\/[^/]+\/status$/, wire.volumeStatus],
  [/^GET \/v1\/volumes\/[^/]+\/bricks$/, wire.brickStatusList],
  [/^GET \/v1\/volumes\/[^/]+\/options\/./, wire.volumeOption],
  [/^(GET|POST) \/v1\/volumes(\/[^/]+(\/(start|stop|expand|edit|options))?)?$/, wire.volumeInfo],
  [/^DELETE \/v1\/volumes\/[^/]+$/, z.null()],
  [/^GET \/v1\/peers$/, wire.peerList],
  [/^POST \/v1\/peers/, wire.peer],
  [/^GET \/v1\/devices/, deviceList],
  [/^POST \/v1\/devices\/[^/]+$/, device],
  [/^POST \/v1\/devices\/./, z.null()],
];

function replyTo({ request }: Recorded): z.ZodType | undefined {
  return schemaOf(request.method, request.path);
}

function schemaOf(method: string, path: string): z.ZodType | undefined {
  return REPLIES.find(([says]) => says.test(`${method} ${path}`))?.[1];
}

const successes = [...recorded].filter(([, one]) => one.response.status < 300 && replyTo(one) !== undefined);

describe('a client of glusterd2 as recorded', () => {
  const backendCall = () => ({ id: 'test', signal: AbortSignal.timeout(5_000) });
  let server: Server;
  let client: RestClient;
  /** What the server answers next, see `take`; the last one again and again. */
  let script: Recorded[] = [];
  let refusals: string[] = [];
  let seen: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      const { method = '', url = '' } = request;
      const { authorization } = request.headers;
      const refused = refuseAuth({ method, url, authorization, issuer: FAKE_ISSUER, key: FAKE_KEY });
      if (refused !== undefined) refusals.push(refused);
      seen.push(`${method} ${url}`);
      const { status, headers, body } = take(method, url).response;
      const framing = /^(content-length|transfer-encoding)$/i;
      const kept = Object.entries(headers).filter(([name]) => !framing.test(name));
      response.writeHead(status, Object.fromEntries(kept));
      response.end(typeof body === 'string' ? body : body === null ? undefined : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = createClient({
      baseUrls: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`],
      issuer: FAKE_ISSUER,
      key: async () => Buffer.from(FAKE_KEY),
      timeoutMs: 5_000,
    });
  });
  beforeEach(() => {
    refusals = [];
    seen = [];
  });
  afterEach(() => expect(refusals).to.deep.equal([]));
  after(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function play(...names: readonly string[]): void {
    script = names.map((name) => recorded.get(name) ?? never());
  }

  /**
   * The next of the script that was recorded for such a request, as two of them may arrive in either order; else
   * the next one: errors are alike whatever was asked.
   */
  function take(method: string, path: string): Recorded {
    const asked = schemaOf(method, path);
    const found = script.findIndex(({ request }) => schemaOf(request.method, request.path) === asked);
    const index = Math.max(found, 0);
    return (script.length > 1 ? script.splice(index, 1)[0] : script[0]) ?? never();
  }

  async function kindOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'success',
      (error: Fault) => error.kind,
    );
  }

  it('has a good share of what was recorded to read', () => {
    expect(successes).to.have.length.greaterThan(40);
  });

  for (const [name, one] of successes) {
    it(`reads ${name}`, async () => {
      script = [one];
      const { method, path } = one.request;
      const [bare = '', query] = path.split('?');
      const request = { method, path: bare, subject: name, reply: replyTo(one) ?? never() };
      const parameters = query === undefined ? {} : { query: Object.fromEntries(new URLSearchParams(query)) };
      await client.request({ ...request, ...parameters }, backendCall());
      expect(seen).to.deep.equal([`${method} ${path}`]);
    });
  }

  it('sends a create as it was recorded, and knows the name that is taken', async () => {
    const backend = toBackend(client);
    const spec = {
      name: parseVolumeName('v1'),
      csiName: 'v1',
      capacityBytes: 1_073_741_824n,
      layout: { kind: 'replica', copies: 3, distribute: 1 },
      brickType: 'loop',
      zones: [],
      options: {},
    } as const;
    play('smart-rep3-create');
    expect(await backend.create(spec, {}, backendCall())).to.equal('created');
    play('vol-create-dup');
    expect(await backend.create(spec, {}, backendCall())).to.equal('exists');
    for (const [reply, kind] of [
      ['smart-arb-create', 'out-of-range'],
      ['metadata-big', 'invalid'],
      ['vol-create-badname', 'invalid'],
      ['vol-create-small', 'out-of-range'],
      ['auth-bad-iss', 'unauthenticated'],
    ] as const) {
      play(reply);
      expect(await kindOf(backend.create(spec, {}, backendCall())), reply).to.equal(kind);
    }
    expect(new Set(seen)).to.deep.equal(new Set(['POST /v1/volumes']));
  });

  it('asks further when glusterd2 is full: for the name, and for how much there is', async () => {
    const backend = toBackend(client);
    const layout = { kind: 'plain', distribute: 1 } as const;
    const name = parseVolumeName('s3');
    const rest = { csiName: 's3', brickType: 'loop', zones: [], options: {} } as const;
    const create = () =>
      backend.create({ name, capacityBytes: 1n << 50n, layout, ...rest }, {}, backendCall());
    play('vol-create-nodevice', 'vol-info-missing', 'endpoints', 'device-list', 'peers');
    const message = await create().catch((error: Fault) => `${error.kind}: ${error.message}`);
    expect(message).to.match(/^exhausted: volume s3: no devices .* largest that could fit has \d+ bytes$/);
    play('smart-create-rep3-onepeer', 'smart-rep3-create');
    expect(await create()).to.equal('exists');
    play('smart-create-rep3-onepeer', 'vol-info-missing', 'auth-expired');
    seen = [];
    expect(await kindOf(create())).to.equal('exhausted');
    // Devices and peers are asked for at once and one refusal is enough: the other must not come in the next test.
    while (seen.length < 4) await sleep(1);
  });

  it('finds, starts, and asks once each', async () => {
    const backend = toBackend(client);
    const name = parseVolumeName('rep3');
    play('smart-rep3-create');
    expect(await backend.find(name, backendCall())).to.deep.include({ name, capacityBytes: 1_073_741_824n });
    play('vol-info-missing');
    expect(await backend.find(name, backendCall())).to.equal(undefined);
    for (const [reply, outcome] of [
      ['smart-rep3-start', 'success'],
      ['vol-start-again', 'success'],
      ['vol-start-missing', 'not-found'],
    ] as const) {
      play(reply);
      expect(await kindOf(backend.start(name, backendCall())), reply).to.equal(outcome);
    }
    expect(seen).to.have.length(5);
  });

  it('deletes: at once, after a stop, when others were quicker, and when it is gone', async () => {
    const backend = toBackend(client);
    const name = parseVolumeName('s1');
    for (const script of [
      ['smart-delete'],
      ['vol-delete-missing'],
      ['vol-delete-started', 'smart-start', 'smart-stop', 'smart-delete'],
      ['vol-delete-started', 'smart-start', 'vol-stop-again', 'vol-delete-again'],
      ['vol-delete-started', 'vol-info-missing', 'vol-stop-missing', 'vol-delete-missing'],
    ]) {
      seen = [];
      play(...script);
      await backend.delete(name, backendCall());
      expect(seen.map((line) => line.replace('/v1/volumes/s1', ''))).to.deep.equal(
        ['DELETE ', 'GET ', 'POST /stop', 'DELETE '].slice(0, script.length),
      );
    }
  });

  it('grows by what is missing, never again, and says when bricks cannot grow', async () => {
    const backend = toBackend(client);
    const name = parseVolumeName('s1');
    play('endpoints', 'smart-create');
    expect(await backend.resize(name, 1_073_741_824n, backendCall())).to.equal(1_073_741_824n);
    play('smart-create', 'vol-expand-smart');
    expect(await kindOf(backend.resize(name, 2_147_483_648n, backendCall()))).to.equal('wrong-state');
    play('vol-info-missing');
    expect(await kindOf(backend.resize(name, 1n, backendCall()))).to.equal('not-found');
    play('smart-create', 'vol-expand-none');
    expect(await kindOf(backend.resize(name, 2_147_483_648n, backendCall()))).to.equal('not-found');
    play('vol-info');
    expect(await kindOf(backend.resize(name, 1n, backendCall()))).to.equal('wrong-state');
    play('smart-create', 'smart-create');
    expect(await kindOf(backend.resize(name, 2_147_483_648n, backendCall()))).to.equal('uncertain');
    expect(seen.filter((line) => line === 'GET /endpoints')).to.have.length(1);
  });

  it('lists by metadata, and pings', async () => {
    const backend = toBackend(client);
    play('vol-list-filter');
    const query = { key: 'a', value: 'b', after: '', limit: 10 };
    const page = await backend.list(query, backendCall());
    expect(page).to.deep.include({ more: false });
    expect(page.volumes.map(({ name }) => name)).to.deep.equal(['v1']);
    play('vol-list-empty');
    expect(await backend.list({ ...query, after: 'v1' }, backendCall())).to.deep.equal({
      volumes: [],
      more: false,
    });
    play('ping');
    await backend.ping(backendCall());
    expect(seen).to.deep.equal([
      'GET /v1/volumes?key=a&value=b&limit=11',
      'GET /v1/volumes?key=a&value=b&limit=11&after=v1',
      'GET /ping',
    ]);
  });
});

function never(): never {
  throw new Error('there is no such recording');
}
