import { mkdtempSync, rmSync } from 'node:fs';
import { request as sendRequest } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import { identityService } from '../../src/csi/identity/identity-service.ts';
import { serve } from '../../src/grpc/server.ts';
import { accepts, csiAnswers, driversAnswer, mounterAnswers } from '../../src/roles/health.ts';
import { allOf, checkHealth, type IsHealthy } from '../../src/telemetry/health.ts';
import { serveTelemetry, type TelemetryServer } from '../../src/telemetry/http-endpoint.ts';
import { reportMounts } from '../../src/telemetry/metrics.ts';

interface Reply {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

describe('telemetry over HTTP', () => {
  let server: TelemetryServer;
  let isHealthy: IsHealthy;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    isHealthy = async () => undefined;
    server = await serveTelemetry({ address: '127.0.0.1:0', isHealthy: () => isHealthy() });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.stop();
  });

  const port = () => server.address?.port ?? 0;

  function ask(path: string, method = 'GET', body?: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = sendRequest({ port: port(), path, method, agent: false }, async (response) => {
        let text = '';
        for await (const chunk of response) text += String(chunk);
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], text });
      });
      sent.once('error', reject);
      if (body !== undefined) sent.setHeader('Content-Length', Buffer.byteLength(body));
      sent.end(body);
    });
  }

  /** A connection that says only this; resolves when it is closed. */
  function dangle(said: string): Promise<void> {
    const socket = connect({ port: port() });
    sockets.push(socket);
    socket.write(said);
    socket.on('error', () => {});
    socket.resume();
    return new Promise((resolve) => socket.once('close', () => resolve()));
  }

  it('says ok, or what is wrong', async () => {
    expect(await ask('/healthz')).to.include({ status: 200, text: 'ok\n' });
    isHealthy = async () => 'kubelet has not registered the driver';
    expect(await ask('/healthz')).to.include({
      status: 503,
      text: 'kubelet has not registered the driver\n',
    });
    isHealthy = async () => {
      throw new Error('/secret/path');
    };
    const failed = await ask('/healthz');
    expect(failed.status).to.equal(503);
    expect(failed.text).not.to.contain('secret');
  });

  it('says what is wrong when the check hangs, and looks once for all who ask', async () => {
    let looks = 0;
    isHealthy = () => {
      looks += 1;
      return new Promise(() => {});
    };
    const replies = await Promise.all(Array.from({ length: 5 }, () => ask('/healthz')));
    expect(replies.map(({ status }) => status)).to.deep.equal([503, 503, 503, 503, 503]);
    expect(replies[0]?.text).to.contain('no answer within 3000 ms');
    expect(looks).to.equal(1);
  });

  it('tells the metrics, also when one of them cannot be read', async () => {
    reportMounts(async () => ({ staged: 2, published: 3 }));
    const { status, type, text } = await ask('/metrics?name[]=x');
    expect(status).to.equal(200);
    expect(type).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(text).to.contain('gluster_csi_mounts{state="published"} 3\n');
    expect(text).to.match(/^gluster_csi_build_info\{version="\d[^"]*",node="v24[^"]*"\} 1$/m);
    reportMounts(() => Promise.reject(new Error('no /proc')));
    const without = await ask('/metrics');
    expect(without.status).to.equal(200);
    expect(without.text).not.to.contain('gluster_csi_mounts{');
    expect(without.text).to.contain('process_resident_memory_bytes ');
  });

  it('serves nothing else', async () => {
    for (const path of [
      '/',
      '/metrics/',
      '/healthz/x',
      '/debug',
      '/%2e%2e/metrics',
      'http://other/metrics',
    ]) {
      expect((await ask(path)).status, path).to.equal(404);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD']) {
      expect((await ask('/metrics', method)).status, method).to.equal(405);
    }
    expect((await ask('/healthz', 'GET', 'x'.repeat(1000))).status).to.equal(200);
  });

  it('closes what never ends its request, and is there for others meanwhile', async () => {
    const slow = dangle('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const body = dangle('GET /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n');
    const long = dangle(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}`);
    expect((await ask('/healthz')).status).to.equal(200);
    await Promise.all([slow, body, long]);
  });

  it('lets the oldest connections go when somebody holds very many', async () => {
    const closed = Array.from({ length: 100 }, () => dangle('GET'));
    await Promise.all(closed.slice(0, 30));
    expect((await ask('/healthz')).status).to.equal(200);
  });

  it('names the flag when it cannot listen', async () => {
    for (const address of [`127.0.0.1:${port()}`, '127.0.0.1:99999', '192.0.2.1:80']) {
      const error = await serveTelemetry({ address, isHealthy }).catch((thrown: unknown) => thrown);
      expect(isFault(error, 'invalid'), address).to.equal(true);
      expect(String(error)).to.contain('--http-address').and.to.contain(address);
    }
  });

  it('serves nothing without the flag', async () => {
    const none = await serveTelemetry({ address: undefined, isHealthy });
    expect(none.address).to.equal(undefined);
    await none.stop();
  });
});

describe('health of a role', () => {
  const services = [identityService({ driverName: 'file.csi.gluster.org', version: '1' })];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gluster-csi-health-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is good while its socket takes calls, and only then', async () => {
    const endpoint = `unix://${folder}/csi.sock`;
    const check = csiAnswers(endpoint);
    expect(await checkHealth(check)).to.equal(`${endpoint}: takes no calls`);
    const server = await serve({ endpoint, services });
    expect(await checkHealth(check)).to.equal(undefined);
    await server.stop(100);
    expect(await checkHealth(check)).to.equal(`${endpoint}: takes no calls`);
  });

  it('of two drivers is good while both take calls', async () => {
    const endpoint = `unix://${folder}/csi.sock`;
    const block = `unix://${folder}/block.sock`;
    const file = await serve({ endpoint, services });
    expect(await checkHealth(driversAnswer({ endpoint }))).to.equal(undefined);
    const both = driversAnswer({ endpoint, 'block-endpoint': block });
    expect(await checkHealth(both)).to.equal(`${block}: takes no calls`);
    const other = await serve({ endpoint: block, services });
    expect(await checkHealth(both)).to.equal(undefined);
    await Promise.all([file.stop(100), other.stop(100)]);
  });

  it('is bad when somebody takes connections and answers nothing', async () => {
    const taken: Socket[] = [];
    const silent = createServer((socket) => taken.push(socket)).listen(`${folder}/csi.sock`);
    const reason = await checkHealth(csiAnswers(`unix://${folder}/csi.sock`));
    expect(reason).to.contain('no answer within 2500 ms');
    for (const socket of taken) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('is bad when the service is not there', async () => {
    const endpoint = `unix://${folder}/csi.sock`;
    await using _server = await serve({ endpoint, services });
    expect(await checkHealth(mounterAnswers(endpoint))).to.equal(`${endpoint}: answers with gRPC status 12`);
  });

  it('of the gateway is good while its port takes connections', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => listener.once('listening', resolve));
    const address = listener.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    expect(await checkHealth(accepts(() => undefined))).to.equal('does not listen yet');
    expect(await checkHealth(accepts(() => address))).to.equal(undefined);
    await new Promise((resolve) => listener.close(resolve));
    expect(await checkHealth(accepts(() => address))).to.be.a('string');
  });

  it('is as good as its worst part', async () => {
    const good = async () => undefined;
    expect(await allOf(good, good)()).to.equal(undefined);
    expect(await allOf(good, async () => 'late', good)()).to.equal('late');
  });
});
