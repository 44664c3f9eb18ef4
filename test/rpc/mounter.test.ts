import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Fault, type FaultKind } from '../../src/control/fault.ts';
import { mounter as mounterProto } from '../../src/grpc/contract.ts';
import { type RunningServer, serve } from '../../src/grpc/server.ts';
import { service } from '../../src/grpc/service.ts';
import { isClientMount } from '../../src/host/client-mount.ts';
import { Claims } from '../../src/mounter/claims.ts';
import type { Machine } from '../../src/mounter/machine.ts';
import { mounterHost } from '../../src/mounter/mounter-host.ts';
import { mounterService } from '../../src/mounter/mounter-service.ts';
import type { Host } from '../../src/staging/host.ts';
import { call, faultOf } from '../contract/backend.ts';
import { MemoryHost } from '../fakes/memory-host.ts';
import { MemoryMachine } from '../fakes/memory-mounter.ts';
import { silentReport } from '../fakes/silent-report.ts';

const STAGING = '/kubelet/staging/one';
const TARGET = '/kubelet/pods/a/mount';
const MOUNT = { servers: ['g1', 'g2'], volume: 'one', target: STAGING, options: ['ro'] };

describe('the node service’s mounts over the mounter', () => {
  let folder: string;
  let machine: MemoryMachine;
  let mounter: Machine;
  let server: RunningServer;
  let host: Host;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gluster-csi-mounter-'));
    const endpoint = `unix://${folder}/mounter.sock`;
    machine = new MemoryMachine();
    mounter = machine.mounter();
    const context = { machine: mounter, clientId: 'new', claims: new Claims(), report: silentReport };
    server = await serve({ endpoint, services: [mounterService(context)] });
    host = mounterHost(hostOf(machine), endpoint);
  });
  afterEach(async () => {
    await server.stop(100);
    rmSync(folder, { recursive: true, force: true });
  });

  it('are those of a client at a place of its own, which the volume’s verbs never see', async () => {
    await host.mountGluster({ ...MOUNT, subdirectory: 'a/b', isPinned: true }, call());
    expect((await host.mounts()).map(({ target }) => target)).to.deep.equal([STAGING]);
    const [[id = '', directory] = []] = machine.directories;
    expect(machine.mounts.map(({ target }) => target)).to.deep.equal([
      mounter.mountPointOf(id, undefined),
      STAGING,
    ]);
    const { created, device, ...record } = directory?.record ?? {};
    expect(record).to.deep.equal({
      ...{ ...MOUNT, subdirectory: 'a/b', isPinned: true },
      ...{ clientId: 'new', replaces: [] },
    });
    expect(device).to.equal(machine.mounts[0]?.device);
    expect(Date.parse(created ?? '')).to.be.greaterThan(0);
  });

  it('are not pinned by a mounter of a former release, and go again', async () => {
    await host.mountGluster({ ...MOUNT, target: '/somewhere' }, call());
    await using _old = await serve({
      endpoint: `unix://${folder}/old.sock`,
      services: [
        service(mounterProto.Mounter.service, {
          Mount: {
            decode: () => undefined,
            run: async () => machine.bind('/somewhere', STAGING),
            encode: () => ({}),
          },
        }),
      ],
    });
    const onOld = mounterHost(hostOf(machine), `unix://${folder}/old.sock`);
    const fault = await faultOf('wrong-state', onOld.mountGluster({ ...MOUNT, isPinned: true }, call()));
    expect(fault.message).to.match(/delete the mounter’s pod/);
    const shown = async () => (await onOld.mounts()).map(({ target }) => target);
    expect(await shown()).to.deep.equal(['/somewhere']);
    await onOld.mountGluster(MOUNT, call());
    expect(await shown()).to.deep.equal(['/somewhere', STAGING]);
  });

  it('end with the last use', async () => {
    await host.mountGluster(MOUNT, call());
    machine.bind(STAGING, TARGET);
    await host.unmount(STAGING, call());
    expect(machine.clientAt(TARGET)?.state).to.equal('live');
    await host.unmount(TARGET, call());
    expect(machine.clients).to.deep.equal([]);
    expect(machine.directories.size).to.equal(0);
    await host.unmount(TARGET, call());
  });

  it('go away without the mounter too, which releases the client when it is back', async () => {
    await host.mountGluster(MOUNT, call());
    await server.stop(100);
    await host.unmount(STAGING, call());
    expect(await host.mounts()).to.deep.equal([]);
  });

  it('fail with the mounter’s own fault', async () => {
    const kinds: readonly FaultKind[] = ['not-found', 'unreachable', 'exhausted', 'uncertain', 'invalid'];
    for (const kind of kinds) {
      mounter.startClient = async () => {
        throw new Fault(kind, `${kind} it is`);
      };
      const fault = await faultOf(kind, host.mountGluster(MOUNT, call()));
      expect(fault.message).to.equal(`${kind} it is`);
    }
    expect(machine.directories.size).to.equal(0);
  });

  it('are refused at what is no plain absolute path', async () => {
    for (const target of ['relative', '', '/a/../b', '/a\0b']) {
      await faultOf('invalid', host.mountGluster({ ...MOUNT, target }, call()));
    }
  });

  it('are made once when asked for twice at once', async () => {
    const { startClient } = mounter;
    mounter.startClient = async (...args) => {
      await sleep(50);
      await startClient(...args);
    };
    const both = await Promise.allSettled([MOUNT, MOUNT].map((mount) => host.mountGluster(mount, call())));
    expect(both.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    const refused = both.find((one) => one.status === 'rejected');
    expect(refused?.reason).to.be.instanceOf(Fault).with.property('kind', 'busy');
    expect(machine.clients.length).to.equal(1);
  });

  it('are unreachable without a mounter', async () => {
    await server.stop(100);
    const fault = await faultOf('unreachable', host.mountGluster(MOUNT, call()));
    expect(fault.message).to.match(/the mounter of this node does not answer/);
  });

  it('are given up with the call, and leave nothing', async () => {
    mounter.startClient = async (_id, _record, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new Fault('cancelled', 'glusterfs was stopped');
    };
    const given = { id: 'test', signal: AbortSignal.timeout(100) };
    await faultOf('cancelled', host.mountGluster(MOUNT, given));
    const end = performance.now() + 5_000;
    while (machine.directories.size > 0 && performance.now() < end) await sleep(5);
    expect(machine.directories.size).to.equal(0);
  });
});

/** The node's own part of the host: it mounts and unmounts where the mounter's machine is. */
function hostOf(machine: MemoryMachine): Host {
  const rest = new MemoryHost([]);
  return {
    mountGluster: () => Promise.reject(new Error('the node service starts no clients')),
    bind: rest.bind.bind(rest),
    makeDirectory: rest.makeDirectory.bind(rest),
    removeDirectory: rest.removeDirectory.bind(rest),
    probe: rest.probe.bind(rest),
    usage: rest.usage.bind(rest),
    bricks: rest.bricks.bind(rest),
    mounts: async () => machine.mounts.filter((mount) => !isClientMount(mount)),
    unmount: async (target) => machine.unmount(target),
  };
}
