import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refuseAuth } from './glusterd2-auth.ts';
import { Refusal } from './glusterd2-planner.ts';
import { Glusterd2State } from './glusterd2-state.ts';

export const FAKE_KEY = '0123456789abcdef'.repeat(4);
export const FAKE_ISSUER = 'glustercli';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
}

/** What to do to a request: lose it before it is carried out, or its answer afterwards. */
export type Mishap = 'lose-request' | 'lose-answer';

export interface FakeGlusterd2 {
  readonly baseUrl: string;
  readonly state: Glusterd2State;
  /** All requests that were let in, in order. */
  readonly seen: SeenRequest[];
  /** Asked for each request; undefined lets it pass. */
  mishap: (request: SeenRequest) => Mishap | undefined;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: RegExp;
  handle(state: Glusterd2State, request: { name: string; body: Body; query: URLSearchParams }): Answer;
}
type Body = Readonly<Record<string, unknown>>;

const VOLUME = '/v1/volumes/([^/]+)';
const SNAPSHOT = '/v1/snapshots/([^/]+)';
const ROUTES: readonly Route[] = [
  route('VolumeCreate', 'POST', '/v1/volumes', (state, { body }) => ({
    status: 201,
    body: state.createVolume(body),
  })),
  route('VolumeList', 'GET', '/v1/volumes', (state, { query }) => ({
    status: 200,
    body: state.volumes(query.get('key') ?? undefined, query.get('value') ?? undefined),
  })),
  route('VolumeInfo', 'GET', VOLUME, (state, { name }) => ({ status: 200, body: state.volume(name) })),
  route('VolumeDelete', 'DELETE', VOLUME, (state, { name }) => {
    state.deleteVolume(name);
    return { status: 204 };
  }),
  route('VolumeStart', 'POST', `${VOLUME}/start`, (state, { name, body }) => ({
    status: 200,
    body: state.startVolume(name, body['force-start-bricks'] === true),
  })),
  route('VolumeStop', 'POST', `${VOLUME}/stop`, (state, { name }) => ({
    status: 200,
    body: state.stopVolume(name),
  })),
  route('VolumeExpand', 'POST', `${VOLUME}/expand`, (state, { name, body }) => ({
    status: 200,
    body: state.expandVolume(name, body),
  })),
  route('EditVolume', 'POST', `${VOLUME}/edit`, (state, { name, body }) => ({
    status: 200,
    body: state.editVolume(name, body),
  })),
  route('SnapshotCreate', 'POST', '/v1/snapshots', ({ snapshots }, { body }) => ({
    status: 201,
    body: snapshots.create(body),
  })),
  route('SnapshotList', 'GET', '/v1/snapshots', ({ snapshots }, { query }) => ({
    status: 200,
    body: snapshots.list(query.get('volume') ?? undefined),
  })),
  route('SnapshotInfo', 'GET', SNAPSHOT, ({ snapshots }, { name }) => ({
    status: 200,
    body: snapshots.info(name),
  })),
  route('SnapshotActivate', 'POST', `${SNAPSHOT}/activate`, ({ snapshots }, { name }) => ({
    status: 200,
    body: snapshots.activate(name),
  })),
  route('SnapshotClone', 'POST', `${SNAPSHOT}/clone`, ({ snapshots }, { name, body }) => ({
    status: 201,
    body: snapshots.clone(name, String(body['clonename'] ?? '')),
  })),
  route('SnapshotDelete', 'DELETE', SNAPSHOT, ({ snapshots }, { name }) => {
    snapshots.delete(name);
    return { status: 204 };
  }),
  route('GetPeers', 'GET', '/v1/peers', (state) => ({ status: 200, body: peersOf(state) })),
  route('DeviceList', 'GET', '/v1/devices', (state) => ({ status: 200, body: devicesOf(state) })),
  route('Ping', 'GET', '/ping', () => ({ status: 200 })),
  route('List Endpoints', 'GET', '/endpoints', () => ({ status: 200, body: endpoints() })),
];

/** A glusterd2 on a free loopback port that keeps its state in memory and knows none of the gateway's additions. */
export async function startFakeGlusterd2(): Promise<FakeGlusterd2> {
  const state = new Glusterd2State();
  const server = createServer((request, response) => {
    serve(fake, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeGlusterd2 = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    seen: [],
    mishap: () => undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

async function serve(fake: FakeGlusterd2, request: IncomingMessage, response: ServerResponse) {
  const { method = '', url = '' } = request;
  const text = await readBody(request);
  const { authorization } = request.headers;
  const refused = refuseAuth({ method, url, authorization, issuer: FAKE_ISSUER, key: FAKE_KEY });
  if (refused !== undefined) return reply(response, toError(401, refused));
  fake.seen.push({ method, url });
  const mishap = fake.mishap({ method, url });
  if (mishap === 'lose-request') return response.destroy();
  const answer = carryOut(fake.state, { method, url, text });
  if (mishap === 'lose-answer') return response.destroy();
  return reply(response, answer);
}

function carryOut(state: Glusterd2State, { method, url, text }: SeenRequest & { text: string }): Answer {
  const { pathname, searchParams: query } = new URL(url, 'http://fake');
  const onPath = ROUTES.filter(({ path }) => path.test(pathname));
  const found = onPath.find((one) => one.method === method);
  if (onPath.length === 0) return { status: 404, body: '404 page not found\n' };
  if (found === undefined) return { status: 405 };
  const name = found.path.exec(pathname)?.[1] ?? '';
  try {
    return found.handle(state, { name, body: parse(text), query });
  } catch (error) {
    if (error instanceof Refusal) return toError(error.status, error.message, error.fields);
    throw error;
  }
}

function parse(text: string): Body {
  if (text === '') return {};
  try {
    return JSON.parse(text) as Body;
  } catch {
    throw new Refusal(400, 'unable to parse the request');
  }
}

function toError(status: number, message: string, fields?: Record<string, string>): Answer {
  const code = fields === undefined ? 1 : 2;
  return { status, body: { errors: [{ code, message, ...(fields === undefined ? {} : { fields }) }] } };
}

function reply(response: ServerResponse, { status, body }: Answer): void {
  if (body === undefined) return void response.writeHead(status).end();
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=UTF-8';
  response.writeHead(status, { 'content-type': type }).end(isText ? body : `${JSON.stringify(body)}\n`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function route(name: string, method: string, path: string, handle: Route['handle']): Route {
  return { name, method, path: new RegExp(`^${path}$`), handle };
}

function endpoints(): object[] {
  const types = { description: '', 'request-type': '', 'response-type': '' };
  return ROUTES.map(({ name, method, path }) => ({ name, methods: method, path: path.source, ...types }));
}

function peersOf(state: Glusterd2State): object[] {
  return state.peers.map(({ id, host, zone }) => ({
    id,
    name: host,
    'peer-addresses': [`${host}:24008`],
    'client-addresses': [`${host}:24007`],
    online: true,
    metadata: { _zone: zone },
  }));
}

function devicesOf(state: Glusterd2State): object[] {
  return state.devices.map((device) => ({
    device: device.path,
    provisioner: device.provisioner,
    state: device.state,
    'free-size': device.freeBytes,
    'total-size': device.totalBytes,
    'used-size': device.totalBytes - device.freeBytes,
    'extent-size': 0,
    'device-used': device.freeBytes < device.totalBytes,
    'peer-id': device.peerId,
  }));
}
