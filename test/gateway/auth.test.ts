import { createHmac } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SignJWT, UnsecuredJWT } from 'jose';
import { gatewayConfig } from '../../src/config.ts';
import { createGateway } from '../../src/gateway/gateway.ts';
import { type Issuer, signToken } from '../../src/glusterd2/token.ts';
import { MemoryBricks } from '../fakes/memory-bricks.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';
import { createMemoryGluster, MemoryPool } from '../fakes/memory-gluster.ts';

const API = '/v1/volumes';
const INTERNAL = '/internal/v1/node';

describe('gateway auth', () => {
  let gateways: MemoryGateways;
  before(async () => {
    gateways = new MemoryGateways();
    await gateways.start(1);
  });
  after(() => gateways.stop());

  const status = async (path: string, authorization: string | null) =>
    (await gateways.request('GET', path, { authorization })).status;

  it('lets each issuer in on its own side only', async () => {
    const { driver, peers } = gateways;
    expect(await status(API, await gateways.sign('GET', API, driver))).to.equal(200);
    expect(await status(INTERNAL, await gateways.sign('GET', INTERNAL, peers))).to.equal(200);
    expect(await status(API, await gateways.sign('GET', API, peers))).to.equal(401);
    expect(await status(INTERNAL, await gateways.sign('GET', INTERNAL, driver))).to.equal(401);
    expect(await status('/version', await gateways.sign('GET', '/version', peers))).to.equal(401);
    const posing: Issuer = { issuer: peers.issuer, key: driver.key };
    expect(await status(INTERNAL, await gateways.sign('GET', INTERNAL, posing))).to.equal(401);
  });

  it('frees /ping and /endpoints, exactly as they stand', async () => {
    for (const path of ['/ping', '/endpoints']) {
      expect(await status(path, null), path).to.equal(200);
      expect(await status(`${path}?x=1`, null), path).to.equal(401);
    }
    for (const path of ['/version', API, INTERNAL]) expect(await status(path, null), path).to.equal(401);
    const refused = await gateways.request('GET', API, { authorization: null });
    expect(refused.json).to.deep.equal({
      errors: [
        { code: 1, message: "'Authorization' header is required", fields: { fault: 'unauthenticated' } },
      ],
    });
  });

  it('refuses forged, expired, foreign and malformed tokens', async () => {
    const key = await gateways.driver.key();
    const good = { iss: 'glustercli', qsh: qshOf(await gateways.sign('GET', API)) };
    const sign = (claims: object, alg = 'HS256', by = key) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg }).sign(by);
    const exp = Math.floor(Date.now() / 1000) + 60;
    const bad: Record<string, string> = {
      unsigned: new UnsecuredJWT({ ...good, exp }).encode(),
      'other key': await sign({ ...good, exp }, 'HS256', Buffer.from('x'.repeat(64))),
      'other method': (await gateways.sign('POST', API)).slice(7),
      'other path': (await gateways.sign('GET', `${API}/x`)).slice(7),
      expired: await sign({ ...good, exp: exp - 120 }),
      'no exp': await sign(good),
      'no qsh': await sign({ iss: 'glustercli', exp }),
      'qsh of another kind': await sign({ ...good, qsh: ['x'], exp }),
      'unknown issuer': await sign({ ...good, iss: 'root', exp }),
      'issuer of another kind': await sign({ ...good, iss: { a: 1 }, exp }),
      garbage: 'x.y.z',
      huge: 'x'.repeat(6000),
    };
    for (const [name, token] of Object.entries(bad))
      expect(await status(API, `bearer ${token}`), name).to.equal(401);
    expect(await status(API, `bearer ${await sign({ ...good, exp })}`)).to.equal(200);
    expect(await status(API, 'basic abc')).to.equal(401);
  });

  it('refuses headers beyond 8 KiB before it looks at them', async () => {
    expect(await status(API, `bearer ${'x'.repeat(9000)}`)).to.equal(431);
  });
});

/** The token's own claim, so that the forged ones differ in one thing only. */
function qshOf(authorization: string): string {
  const payload = authorization.split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).qsh;
}

describe('gateway keys', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gateway-keys-'));
    for (const name of ['driver', 'peers']) {
      const key = createHmac('sha256', name).digest('hex');
      await writeFile(join(directory, name), key, { mode: 0o600 });
    }
  });
  afterEach(() => rm(directory, { recursive: true }));

  function create(change: object = {}) {
    const pool = new MemoryPool();
    const { id } = pool.addPeer('127.0.0.1');
    const config = gatewayConfig.parse({
      version: 1,
      listen: { port: 0 },
      hostname: '127.0.0.1',
      deviceRoots: ['/srv'],
      auth: {
        driver: { issuer: 'glustercli', keyFile: join(directory, 'driver') },
        peers: { issuer: 'peers', keyFile: join(directory, 'peers') },
      },
      ...change,
    });
    return createGateway(config, { gluster: createMemoryGluster(pool, id), bricks: new MemoryBricks() });
  }

  async function startFailure(change: object = {}): Promise<string> {
    try {
      const gateway = create(change);
      await gateway.start();
      await gateway.stop();
      return 'it started';
    } catch (error) {
      return String(error);
    }
  }

  it('does not start with a key that everybody can read, a missing one, or one key for both', async () => {
    expect(await startFailure()).to.equal('it started');
    await chmod(join(directory, 'driver'), 0o644);
    expect(await startFailure()).to.include('has mode 0644, too open');
    await chmod(join(directory, 'driver'), 0o600);
    await writeFile(join(directory, 'peers'), createHmac('sha256', 'driver').digest('hex'));
    expect(await startFailure()).to.include("auth.peers.keyFile: holds the driver's key");
    await rm(join(directory, 'peers'));
    expect(await startFailure()).to.include('cannot be read');
  });

  it('does not start with one issuer for both, nor in plain beyond loopback', async () => {
    const key = { issuer: 'same', keyFile: join(directory, 'driver') };
    expect(await startFailure({ auth: { driver: key, peers: key } })).to.include('auth.peers.issuer');
    const open = { listen: { address: '0.0.0.0', port: 0 } };
    expect(await startFailure(open)).to.include('tls: is required to listen on 0.0.0.0');
    expect(await startFailure({ ...open, insecure: true })).to.equal('it started');
  });

  it('takes a new key without a restart, and answers 503 without a path while it is unreadable', async () => {
    const gateway = create();
    const { port } = await gateway.start();
    const ask = async (key: string) => {
      const signer = { issuer: 'glustercli', key: async () => Buffer.from(key) };
      const authorization = `bearer ${await signToken({ method: 'GET', path: API }, signer)}`;
      return fetch(`http://127.0.0.1:${port}${API}`, { headers: { authorization } });
    };
    try {
      const [old, fresh] = [createHmac('sha256', 'driver').digest('hex'), 'f'.repeat(64)];
      expect((await ask(old)).status).to.equal(200);
      await writeFile(join(directory, 'driver'), fresh);
      await until(async () => (await ask(fresh)).status === 200);
      expect((await ask(old)).status).to.equal(401);
      await chmod(join(directory, 'driver'), 0o666);
      await until(async () => (await ask(fresh)).status === 503);
      expect(await (await ask(fresh)).text()).to.not.include(directory);
    } finally {
      await gateway.stop();
    }
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}
