import { readFile, unlink, writeFile } from 'node:fs/promises';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { createLinuxIscsiHost } from '../../src/host/linux-iscsi-host.ts';
import { run } from '../../src/host/run.ts';
import type { IscsiHost } from '../../src/staging/iscsi/iscsi-host.ts';
import type { ChapTexts } from '../contract/iscsi-host.ts';
import { command } from '../pool/lab/command.ts';
import { until } from '../pool/lab/until.ts';
import { fails, mountedAs } from '../rpc/block-node-harness.ts';
import { errorOf } from '../rpc/controller-harness.ts';
import { type NodeClient, serveLuns } from '../rpc/iscsi-node-harness.ts';
import { startDaemons, stopUdev } from './iscsi/daemons.ts';
import { nodeLeftovers } from './iscsi/leftovers.ts';
import { LioTarget } from './iscsi/lio-target.ts';

const MIB = 1024n ** 2n;
const BYTES = 400n * MIB;
const VOLUME = 'gl1:block:east:lio/h1/guest';
const STAGING = '/tmp/iscsi-life/staging';
const TARGET = '/tmp/iscsi-life/pod';
const CHAP: ChapTexts = {
  username: 'node',
  password: 'twelve-letters',
  mutual: { username: 'target', password: 'other-password' },
};
const SECRETS = {
  'node.session.auth.username': CHAP.username,
  'node.session.auth.password': CHAP.password,
  'node.session.auth.username_in': 'target',
  'node.session.auth.password_in': 'other-password',
};
const LONG_MS = 600_000;

/** The node service over the guest's own open-iscsi and multipath, and LIO on the other side. */
describe('the guest kernel: iscsi life of a volume', () => {
  const resources = new AsyncDisposableStack();
  let target: LioTarget;
  let node: NodeClient;
  before(async () => {
    await startDaemons();
    resources.defer(stopUdev);
    target = resources.use(await LioTarget.make(1, BYTES));
    await target.admit(CHAP);
    node = resources.use(await serveLuns(createLinuxIscsiHost({ iscsid: 'host' })));
  });
  after(() => resources.disposeAsync());

  const staged = { volumeId: VOLUME, stagingTargetPath: STAGING, volumeCapability: mountedAs() };
  const context = (bytes = BYTES) => ({
    readonly: 'false',
    iqn: target.lun.iqn,
    portals: target.lun.portals.join(','),
    lun: '0',
    wwn: target.lun.wwn,
    bytes: String(bytes),
  });
  const stage = (secrets: Record<string, string> = SECRETS) =>
    node.rpc('NodeStageVolume', { ...staged, publishContext: context(), secrets }, LONG_MS);
  const publish = () =>
    node.rpc('NodePublishVolume', { ...staged, publishContext: context(), targetPath: TARGET }, LONG_MS);
  const unpublish = () => node.rpc('NodeUnpublishVolume', { volumeId: VOLUME, targetPath: TARGET }, LONG_MS);
  const unstage = () =>
    node.rpc('NodeUnstageVolume', { volumeId: VOLUME, stagingTargetPath: STAGING }, LONG_MS);
  const written = new Map<string, string>();

  it('is refused with wrong CHAP, which leaves nothing', async () => {
    const wrong = { ...SECRETS, 'node.session.auth.password': 'not-the-password' };
    await fails(stage(wrong), status.PERMISSION_DENIED, /refuses this node, or its CHAP/);
    expect(await nodeLeftovers([STAGING, TARGET])).to.deep.equal([]);
  });

  it('is staged by two paths and published, its secrets in no arguments of iscsiadm', async () => {
    const watch = await watchArguments();
    await stage();
    await publish();
    const seen = await watch.end();
    expect(seen).to.include('--login').and.not.include(CHAP.password).and.not.include('other-password');
    expect((await command(['multipath', '-ll'])).stdout.match(/active ready/g)).to.have.length(2);
    await write('before');
  });

  it('is written on while the active path dies, and after it came back', async () => {
    await target.setPortal(0, false);
    await write('one-path');
    await target.setPortal(0, true);
    await pathsAreReady(2);
  });

  it('waits while both paths are away', async () => {
    for (const index of [0, 1]) await target.setPortal(index, false);
    const waiting = write('both-away');
    await pathsAreReady(0);
    for (const index of [0, 1]) await target.setPortal(index, true);
    await waiting;
    await pathsAreReady(2);
  });

  it('grows under its file system', async () => {
    await target.resize(2n * BYTES);
    const capacityRange = { requiredBytes: String(2n * BYTES) };
    const request = { volumeId: VOLUME, volumePath: TARGET, capacityRange };
    const { capacityBytes } = await node.rpc('NodeExpandVolume', request, LONG_MS);
    expect(capacityBytes).to.equal(String(2n * BYTES));
    const { usage } = await node.rpc('NodeGetVolumeStats', { volumeId: VOLUME, volumePath: TARGET });
    expect(Number(usage[0]?.total)).to.be.greaterThan(Number(BYTES));
    await write('grown');
  });

  it('is unstaged, leaves nothing, and has what was written when it is staged again', async () => {
    await unpublish();
    await unstage();
    expect(await nodeLeftovers([STAGING, TARGET])).to.deep.equal([]);
    await stage();
    await publish();
    for (const [name, sum] of written) expect(await sumOf(name), name).to.equal(sum);
  });

  it('takes no write of a node that was shut out, and is let go there', async () => {
    await write('last');
    await target.refuse();
    const before = await sumOfFile();
    // What the page cache takes is not written: it fails once the device has waited long enough.
    const args = ['if=/dev/urandom', `of=${TARGET}/late`, 'bs=1M', 'count=1', 'conv=fsync'];
    const late = run('dd', args, { timeoutMs: LONG_MS });
    await pathsAreReady(0);
    // Two minutes are over sooner so.
    await command(['multipathd', 'disablequeueing', 'maps']);
    expect((await late).exitCode).to.not.equal(0);
    await unpublish();
    await untilDone(unstage);
    expect(await nodeLeftovers([STAGING, TARGET])).to.deep.equal([]);
    expect(await sumOfFile()).to.equal(before);
  });

  it('gives its data to a node that is let in again', async () => {
    await target.admit(CHAP);
    await stage();
    await publish();
    for (const [name, sum] of written) expect(await sumOf(name), name).to.equal(sum);
    expect((await run('stat', [`${TARGET}/late`], { timeoutMs: LONG_MS })).exitCode).to.not.equal(0);
    await unpublish();
    await unstage();
    expect(await nodeLeftovers([STAGING, TARGET])).to.deep.equal([]);
  });

  for (const step of ['writeNote', 'logIn', 'makeMap', 'format', 'mountDevice'] as const) {
    it(`is staged by the next plugin when one dies after ${step}, and leaves nothing`, async () => {
      await target.wipe();
      const dying = await serveLuns(dyingAfter(createLinuxIscsiHost({ iscsid: 'host' }), step));
      const request = { ...staged, publishContext: context(), secrets: SECRETS };
      await errorOf(dying.rpc('NodeStageVolume', request, LONG_MS));
      await dying[Symbol.asyncDispose]();
      expect(await nodeLeftovers([STAGING])).to.include('target.json');
      await stage();
      await publish();
      await write(step);
      await unpublish();
      await unstage();
      expect(await nodeLeftovers([STAGING, TARGET])).to.deep.equal([]);
    });
  }

  /** Four MiB that are on the target when this resolves. */
  async function write(name: string): Promise<void> {
    const args = ['if=/dev/urandom', `of=${TARGET}/${name}`, 'bs=1M', 'count=4', 'conv=fsync'];
    await command(['dd', ...args, 'status=none'], { timeoutMs: LONG_MS });
    written.set(name, await sumOf(name));
  }

  async function sumOf(name: string): Promise<string> {
    return (await command(['sha256sum', `${TARGET}/${name}`])).stdout.slice(0, 64);
  }

  /** Of the whole disk, on the target's side. */
  async function sumOfFile(): Promise<string> {
    return (await command(['sha256sum', target.file])).stdout.slice(0, 64);
  }

  async function pathsAreReady(count: number): Promise<void> {
    await until(`${count} paths`, async () => {
      const { stdout } = await command(['multipath', '-ll']);
      return [...stdout.matchAll(/active ready/g)].length === count;
    });
  }

  /** As kubelet does: again, as long as that is what the answer asks for. */
  async function untilDone(act: () => Promise<unknown>): Promise<void> {
    await until('it is done', async () => {
      const error = await act().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) return true;
      expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).to.include(
        (await errorOf(Promise.reject(error))).code,
      );
      return false;
    });
  }
});

/** Keeps the arguments with which iscsiadm is called from now on: a program of its name that comes before it. */
async function watchArguments(): Promise<{ end(): Promise<string> }> {
  const [program, kept] = ['/usr/local/sbin/iscsiadm', '/tmp/iscsiadm-arguments'];
  await writeFile(program, `#!/bin/sh\necho "$*" >>${kept}\nexec /usr/sbin/iscsiadm "$@"\n`, { mode: 0o755 });
  return {
    async end() {
      await unlink(program);
      return readFile(kept, 'utf8');
    },
  };
}

/** Whose process ends once this is done: nothing is done any more, not even undone. */
function dyingAfter(host: IscsiHost, step: keyof IscsiHost): IscsiHost {
  let isDead = false;
  return new Proxy(host, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return async (...args: readonly unknown[]) => {
        if (isDead) throw new Error('the plugin is dead');
        const result: unknown = await Reflect.apply(method, target, args);
        if (name === step) isDead = true;
        return result;
      };
    },
  });
}
