import {
  existsSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { Fault, type FaultKind } from '../../src/control/fault.ts';
import { identityService } from '../../src/csi/identity/identity-service.ts';
import { csi } from '../../src/grpc/contract.ts';
import { serve } from '../../src/grpc/server.ts';
import { type Service, service } from '../../src/grpc/service.ts';
import { errorOf } from './controller-harness.ts';

const services = [identityService({ driverName: 'file.csi.gluster.org', version: '1' })];

describe('server', () => {
  let folder: string;
  let endpoint: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gluster-csi-server-'));
    path = join(folder, 'csi.sock');
    endpoint = `unix://${path}`;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('serves on a socket that only its user may use, and takes it away when it stops', async () => {
    {
      await using _server = await serve({ endpoint, services });
      expect(await probe(endpoint)).to.equal(true);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
    }
    expect(existsSync(path)).to.equal(false);
  });

  it('replaces the socket that a killed process left', async () => {
    const child = createServer().listen(path);
    await new Promise((resolve) => child.once('listening', resolve));
    // A second name keeps the socket in the file system when its server closes.
    linkSync(path, `${path}.kept`);
    await new Promise((resolve) => child.close(resolve));
    renameSync(`${path}.kept`, path);
    expect(lstatSync(path).isSocket()).to.equal(true);
    await using _server = await serve({ endpoint, services });
    expect(await probe(endpoint)).to.equal(true);
  });

  it('leaves alone a socket that another process listens on, and a file', async () => {
    const other = createServer().listen(path);
    await new Promise((resolve) => other.once('listening', resolve));
    await expectFault('conflict', serve({ endpoint, services }), /another process listens on/);
    expect(lstatSync(path).isSocket()).to.equal(true);
    await new Promise((resolve) => other.close(resolve));
    writeFileSync(path, 'precious');
    await expectFault('conflict', serve({ endpoint, services }), /is no socket; move it away/);
    expect(statSync(path).size).to.equal(8);
  });

  it('refuses endpoints that are no Unix sockets, or too long', async () => {
    for (const bad of ['', 'tcp://127.0.0.1:1', 'unix://csi.sock', path, `unix://${path}\0`]) {
      await expectFault('invalid', serve({ endpoint: bad, services }), /^endpoint/);
    }
    const long = `unix:///tmp/${'a'.repeat(110)}.sock`;
    await expectFault('invalid', serve({ endpoint: long, services }), /at most 107 bytes/);
  });

  it('says which folder cannot be made', async () => {
    writeFileSync(`${path}.file`, '');
    const inFile = `unix://${path}.file/csi.sock`;
    await expectFault('invalid', serve({ endpoint: inFile, services }), /cannot listen on .*: EEXIST/);
  });

  it('stays away once it was stopped', async function () {
    this.timeout(30_000);
    const server = await serve({ endpoint, services });
    unlinkSync(path);
    await server.stop();
    await sleep(1_500);
    expect(existsSync(path)).to.equal(false);
  });

  it('listens anew when the socket is deleted', async function () {
    this.timeout(30_000);
    await using _server = await serve({ endpoint, services });
    unlinkSync(path);
    while (!existsSync(path)) await sleep(50);
    expect(await probe(endpoint)).to.equal(true);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it('leaves the socket that another process made in the place of its own', async () => {
    const server = await serve({ endpoint, services });
    unlinkSync(path);
    const other = createServer().listen(path);
    await new Promise((resolve) => other.once('listening', resolve));
    await server.stop();
    expect(existsSync(path)).to.equal(true);
    await new Promise((resolve) => other.close(resolve));
  });

  for (const authority of [undefined, 'localhost', '%2Fcsi%2Fcsi.sock', 'csi.sock', '[::1]:80']) {
    it(`takes calls whose :authority is ${authority}`, async () => {
      await using _server = await serve({ endpoint, services });
      expect(await rawCall(path, authority, Buffer.alloc(5))).to.equal('0');
    });
  }

  it('refuses a message above 4 MiB', async () => {
    await using _server = await serve({ endpoint, services: [echo(async () => {})] });
    const frame = Buffer.alloc(5 + 5 * 1024 * 1024);
    frame.writeUInt32BE(frame.length - 5, 1);
    expect(await rawCall(path, 'localhost', frame)).to.equal(String(status.RESOURCE_EXHAUSTED));
  });

  it('lets a call in hand end when it stops, and takes no new one', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const slow = echo(async () => {
      begun.resolve();
      await gate.promise;
    });
    const server = await serve({ endpoint, services: [slow] });
    const answer = probe(endpoint);
    await begun.promise;
    const stopped = server.stop(20_000);
    expect((await errorOf(probe(endpoint))).code).to.equal(status.UNAVAILABLE);
    gate.resolve();
    expect(await answer).to.equal(true);
    await stopped;
  });

  it('cuts calls off at the deadline of its stop', async () => {
    const begun = Promise.withResolvers<void>();
    const stuck = echo(() => {
      begun.resolve();
      return new Promise<void>(() => {});
    });
    const server = await serve({ endpoint, services: [stuck] });
    const answer = errorOf(probe(endpoint));
    await begun.promise;
    await server.stop(20);
    expect([status.UNAVAILABLE, status.CANCELLED]).to.include((await answer).code);
  });
});

/** An Identity service whose Probe does this. */
function echo(run: () => Promise<void>): Service {
  return service(csi.Identity.service, {
    Probe: { decode: () => undefined, run, encode: () => ({ ready: { value: true } }) },
  });
}

async function probe(endpoint: string): Promise<boolean> {
  const client = new csi.Identity(endpoint, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  try {
    return await new Promise((resolve, reject) => {
      client.Probe({}, { deadline: Date.now() + 20_000 }, (error, reply) => {
        if (error === null) resolve(reply?.ready?.value === true);
        else reject(error);
      });
    });
  } finally {
    client.close();
  }
}

/** Calls Probe as a Go client of one's choice would, and gives the status of the call. */
function rawCall(path: string, authority: string | undefined, frame: Buffer): Promise<string> {
  const session = connectHttp2('http://localhost', { createConnection: () => connect(path) });
  const stream = session.request({
    ':method': 'POST',
    ':path': '/csi.v1.Identity/Probe',
    ...(authority === undefined ? {} : { ':authority': authority }),
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  return new Promise<string>((resolve, reject) => {
    const take = (headers: Record<string, unknown>) => {
      if (headers['grpc-status'] !== undefined) resolve(String(headers['grpc-status']));
    };
    stream.on('response', take).on('trailers', take).on('error', reject).resume();
    stream.end(frame);
  }).finally(() => session.destroy());
}

async function expectFault(kind: FaultKind, work: Promise<unknown>, words: RegExp): Promise<void> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(Fault);
  expect((error as Fault).kind).to.equal(kind);
  expect((error as Fault).message).to.match(words);
}
