import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createServer, type HttpServer } from '../../src/gateway/server.ts';

const fixtures = fileURLToPath(new URL('../fixtures/tls', import.meta.url));

describe('gateway tls', () => {
  let directory: string;
  let server: HttpServer;
  let address: AddressInfo;
  const file = (name: string) => join(directory, name);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gateway-tls-'));
    await install('server.pem');
    await writeFile(file('key'), await readFile(join(fixtures, 'server-key.pem')), { mode: 0o600 });
    await copyFile(join(fixtures, 'ca.pem'), file('ca'));
    const tls = { certFile: file('cert'), keyFile: file('key'), caFile: file('ca') };
    const listen = { address: '127.0.0.1', port: 0 };
    server = await createServer({ listen, insecure: false, tls }, (_request, response) =>
      response.end('hello'),
    );
    address = await server.listen();
  });
  afterEach(async () => {
    const closed = server.close();
    server.cut();
    await closed;
    await rm(directory, { recursive: true });
  });

  const install = (name: string) => copyFile(join(fixtures, name), file('cert'));

  async function ask(): Promise<string> {
    const ca = await readFile(file('ca'));
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: address.port, ca, agent: false }, async (response) => {
        let text = '';
        for await (const chunk of response) text += String(chunk);
        resolve(text);
      });
      sent.once('error', reject);
      sent.end();
    });
  }

  function certificate(): Promise<PeerCertificate> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: address.port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate());
        socket.destroy();
      });
      socket.once('error', reject);
    });
  }

  it('serves those who know its authority, and nobody below TLS 1.2', async () => {
    expect(await ask()).to.equal('hello');
    const old = new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: address.port, rejectUnauthorized: false };
      const socket = connect({ ...options, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, () =>
        resolve('connected'),
      );
      socket.once('error', reject);
    });
    const outcome = await old.catch((error: Error) => error.message);
    expect(outcome).to.match(/protocol|version|no ciphers/i);
  });

  it('takes a renewed certificate without a restart, and keeps the old one when the new is no good', async () => {
    const first = (await certificate()).fingerprint256;
    await writeFile(file('cert'), 'not a certificate');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await certificate()).fingerprint256).to.equal(first);
    await install('wrong-name.pem');
    while ((await certificate()).fingerprint256 === first)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await certificate()).subjectaltname).to.equal('DNS:gateway.example');
  });

  it('does not start with a key that others can read or that does not fit', async () => {
    const listen = { address: '127.0.0.1', port: 0 };
    const start = async (keyFile: string) => {
      const tls = { certFile: file('cert'), keyFile, caFile: file('ca') };
      return createServer({ listen, insecure: false, tls }, () => undefined).then(() => 'made', String);
    };
    await writeFile(file('open'), await readFile(file('key')), { mode: 0o644 });
    expect(await start(file('open'))).to.include('can be read by everybody');
    await writeFile(file('none'), 'nothing', { mode: 0o600 });
    expect(await start(file('none'))).to.include('do not fit each other');
  });
});
