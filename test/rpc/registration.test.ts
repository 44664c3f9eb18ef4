import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { Registration, type RegistrationOptions } from '../../src/csi/registration/registration.ts';
import { ask, connectTo } from '../../src/grpc/client.ts';
import { pluginRegistration } from '../../src/grpc/contract.ts';
import type { InfoRequest } from '../../src/grpc/generated/pluginregistration/InfoRequest.ts';
import type { PluginInfo__Output } from '../../src/grpc/generated/pluginregistration/PluginInfo.ts';
import { until } from '../pool/lab/until.ts';

const NAME = 'file.csi.gluster.org';
const CSI_SOCKET = '/var/lib/kubelet/plugins/file.csi.gluster.org/csi.sock';

describe('registration with kubelet', () => {
  let folder: string;
  let directory: string;
  let socket: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gluster-csi-registration-'));
    directory = join(folder, 'plugins_registry');
    socket = join(directory, `${NAME}-reg.sock`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const start = (change: Partial<RegistrationOptions> = {}) =>
    Registration.start({ directory, driverName: NAME, endpoint: `unix://${CSI_SOCKET}`, ...change });
  /** Inode numbers are given out again. */
  const madeAt = () => statSync(socket, { throwIfNoEntry: false, bigint: true })?.ctimeNs;

  it('tells kubelet what the driver is and where its socket is', async () => {
    await using registration = await start({ directory: `${directory}/` });
    expect(readdirSync(directory)).to.deep.equal([`${NAME}-reg.sock`]);
    expect(await kubelet(socket).getInfo()).to.deep.equal({
      type: 'CSIPlugin',
      name: NAME,
      endpoint: CSI_SOCKET,
      supportedVersions: ['1.0.0'],
    });
    expect(registration.isRegistered).to.equal(false);
    expect(await registration.isHealthy()).to.equal(undefined);
    await kubelet(socket).notify(true);
    expect(registration.isRegistered).to.equal(true);
    expect(await registration.isHealthy()).to.equal(undefined);
  });

  it('leaves no socket behind', async () => {
    const registration = await start();
    await registration.stop();
    expect(readdirSync(directory)).to.deep.equal([]);
    await registration.stop();
  });

  it('replaces the socket of a killed predecessor', async () => {
    mkdirSync(directory);
    const killed = createServer().listen(socket);
    await new Promise((resolve) => killed.once('listening', resolve));
    // A second name keeps the socket in the file system when its server closes.
    linkSync(socket, `${socket}.kept`);
    await new Promise((resolve) => killed.close(resolve));
    renameSync(`${socket}.kept`, socket);
    await using _registration = await start();
    expect((await kubelet(socket).getInfo()).name).to.equal(NAME);
  });

  it('comes back when the socket, or its directory, is removed', async () => {
    await using _registration = await start();
    for (const path of [socket, directory]) {
      rmSync(path, { recursive: true });
      await until('the socket is there again', () => existsSync(socket));
      expect((await kubelet(socket).getInfo()).name).to.equal(NAME);
    }
  });

  it('makes its socket anew after a refusal, and is ill until kubelet takes it', async () => {
    await using registration = await start({ pauseMs: 1, patienceMs: 0 });
    for (const reason of ['no handler registered', 'CSINode cannot be updated']) {
      const before = madeAt();
      await kubelet(socket).notify(false, reason);
      expect(registration.isRegistered).to.equal(false);
      expect(await registration.isHealthy()).to.equal(`kubelet does not register the driver: ${reason}`);
      await until('a new socket', () => madeAt() !== undefined && madeAt() !== before);
    }
    await kubelet(socket).notify(true);
    expect(registration.isRegistered).to.equal(true);
    expect(await registration.isHealthy()).to.equal(undefined);
  });

  it('is patient with a kubelet that refuses for a while', async () => {
    await using registration = await start({ pauseMs: 1 });
    await kubelet(socket).notify(false, 'not yet');
    expect(await registration.isHealthy()).to.equal(undefined);
  });

  it('does not come back once it is stopped', async () => {
    const registration = await start({ pauseMs: 1 });
    await kubelet(socket).notify(false, 'no');
    await registration.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  for (const driverName of ['', '../other', 'a/b', '-x', 'x'.repeat(64)]) {
    it(`refuses the driver name "${driverName}"`, async () => {
      const error = await start({ driverName }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(Fault).with.property('kind', 'invalid');
    });
  }
});

/** As kubelet does: a connection for each plugin that it finds. */
function kubelet(socket: string) {
  const bounds = () => {
    const call = { id: 'kubelet', signal: AbortSignal.timeout(10_000) };
    return { call, timeoutMs: 10_000 };
  };
  const connected = async <T>(
    work: (client: InstanceType<typeof pluginRegistration.Registration>) => Promise<T>,
  ): Promise<T> => {
    const options = { 'grpc.use_local_subchannel_pool': 1 };
    const client = connectTo(pluginRegistration.Registration, `unix://${socket}`, options);
    try {
      return await work(client);
    } finally {
      client.close();
    }
  };
  return {
    getInfo: () =>
      connected((client) =>
        ask<InfoRequest, PluginInfo__Output>(
          (...args) => client.GetInfo(...args),
          {},
          'the registration',
          bounds(),
        ),
      ),
    notify: (isRegistered: boolean, error = '') =>
      connected((client) => {
        const status = { pluginRegistered: isRegistered, error };
        return ask(
          (...args) => client.NotifyRegistrationStatus(...args),
          status,
          'the registration',
          bounds(),
        );
      }),
  };
}
