import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { fails, mountedAs, RAW } from './block-node-harness.ts';
import {
  CHAP,
  CONTEXT,
  GIB,
  INITIATOR,
  IQN,
  LUN_ID,
  LUN_STAGING,
  LUN_TARGET,
  LUN_TARGET_2,
  type LunNode,
  OTHER_LUN_ID,
  PORTALS,
  SECRETS,
  startLunNode,
} from './iscsi-node-harness.ts';

describe('block node over iSCSI', () => {
  let node: LunNode;
  beforeEach(async () => {
    node = await startLunNode();
  });
  afterEach(() => node[Symbol.asyncDispose]());

  const mountAt = async (target: string) =>
    (await node.host.mounts()).findLast((mount) => mount.target === target);
  const setPortals = (isServing: boolean, portals: readonly string[] = PORTALS) => {
    for (const portal of portals) node.target.portals.set(portal, isServing);
  };
  const context = (change: Partial<typeof CONTEXT>) => ({ publishContext: { ...CONTEXT, ...change } });

  it('has its initiator name in its id', async () => {
    const { nodeId } = await node.rpc('NodeGetInfo', {});
    expect(nodeId).to.equal(`node-1@10.0.0.5@${INITIATOR}`);
  });

  it('gives pods a file system of the disk, by two paths, and leaves nothing', async () => {
    await node.stage();
    await node.publish();
    expect(await mountAt(LUN_TARGET)).to.include({ fsType: 'xfs', root: '/' });
    expect(node.host.leftovers.filter((one) => one.startsWith('session'))).to.have.length(2);
    const stats = await node.rpc('NodeGetVolumeStats', { volumeId: LUN_ID, volumePath: LUN_TARGET });
    expect(stats.usage[0]?.total).to.equal(String(GIB));
    node.target.disk.bytes = 2n * BigInt(GIB);
    const grown = await node.rpc('NodeExpandVolume', {
      volumeId: LUN_ID,
      volumePath: LUN_TARGET,
      capacityRange: { requiredBytes: 2 * GIB },
    });
    expect(grown.capacityBytes).to.equal(String(2 * GIB));
    expect(node.target.disk.fileSystemBytes).to.equal(2n * BigInt(GIB));
    await node.unpublish();
    await node.unstage();
    expect([await node.host.mounts(), node.host.leftovers]).to.deep.equal([[], []]);
    await node.stage();
    expect(node.target.disk.formatted).to.equal(1);
  });

  it('gives pods the device itself, shared with other nodes if asked', async () => {
    const shared = {
      volumeCapability: { block: {}, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' as const } },
    };
    await node.stage(shared);
    await node.publish(shared);
    expect(await mountAt(LUN_TARGET)).to.include({ root: '/dm-0', fsType: 'devtmpfs' });
    const stats = await node.rpc('NodeGetVolumeStats', { volumeId: LUN_ID, volumePath: LUN_TARGET });
    expect(stats.usage).to.have.length(1);
    expect(node.target.disk.content).to.equal('blank');
    const asFiles = { volumeCapability: mountedAs({ mode: 'MULTI_NODE_MULTI_WRITER' }) };
    await fails(node.stage(asFiles), status.INVALID_ARGUMENT, /volumeMode Block/);
  });

  it('is read-only throughout where the servers say so', async () => {
    await node.stage();
    await node.unstage();
    const readonly = context({ readonly: 'true' });
    await node.stage(readonly);
    await node.publish(readonly);
    expect((await mountAt(LUN_TARGET))?.options).to.include('ro');
  });

  it('makes no file system for a reader, nor over what is not blank, nor another than asked for', async () => {
    await fails(node.stage(context({ readonly: 'true' })), status.FAILED_PRECONDITION, /publish it once/);
    node.target.disk.content = 'other';
    await fails(node.stage(), status.FAILED_PRECONDITION, /no file system that is known, so none is made/);
    node.target.disk.content = 'ext4';
    await fails(node.stage(), status.ALREADY_EXISTS, /has file system ext4/);
    expect([node.target.disk.formatted, node.host.leftovers]).to.deep.equal([0, []]);
  });

  it('takes no other disk for the volume’s, and none that is too small', async () => {
    node.target.serial = 'ffffffff-7a3b-4c53-8f0d-9d9a2a3b1c77';
    await fails(node.stage(), status.FAILED_PRECONDITION, /is disk ffffffff-.*nothing is done with it/);
    node.target.serial = CONTEXT.wwn;
    await fails(node.stage(context({ bytes: String(2 * GIB) })), status.FAILED_PRECONDITION, /were promised/);
    await fails(node.stage(context({ lun: '1' })), status.UNAVAILABLE, /no disk with LUN 1/);
    expect([node.target.disk.formatted, node.host.leftovers]).to.deep.equal([0, []]);
  });

  it('needs one path, and says which there are when none works', async () => {
    setPortals(false, [PORTALS[0]]);
    await node.stage();
    await node.unstage();
    setPortals(false);
    await fails(node.stage(), status.UNAVAILABLE, /10\.0\.0\.1:3260.*10\.0\.0\.2:3260/);
    expect(node.host.leftovers).to.deep.equal([]);
  });

  it('is told by which keys the target refuses it', async () => {
    const wrong = { ...SECRETS, 'node.session.auth.password': 'not-the-password' };
    await fails(node.stage({ secrets: wrong }), status.PERMISSION_DENIED, /refuses this node, or its CHAP/);
    await fails(node.stage({ secrets: {} }), status.PERMISSION_DENIED, /refuses this node/);
    node.target.initiators.set(INITIATOR, {
      ...CHAP,
      mutual: { username: 'target', password: 'its-own-password' },
    });
    const mutual = {
      ...SECRETS,
      'node.session.auth.username_in': 'target',
      'node.session.auth.password_in': 'its-own-password',
    };
    await node.stage({ secrets: mutual });
    await node.unstage();
    expect(node.host.leftovers).to.deep.equal([]);
  });

  it('refuses secrets that are not whole, or could not be kept, by their keys', async () => {
    for (const [change, words] of [
      [{ 'node.session.auth.username': 'node' }, /auth\.password is missing/],
      [{ ...SECRETS, 'node.session.auth.password': 'two\nlines' }, /auth\.password has blanks/],
      [{ ...SECRETS, 'node.session.auth.username_in': 'x' }, /password_in is missing/],
      [
        { 'node.session.auth.username_in': 'x', 'node.session.auth.password_in': 'y' },
        /auth\.username is missing/,
      ],
      [
        { ...SECRETS, 'node.session.auth.username_in': 'x', 'node.session.auth.password_in': CHAP.password },
        /is the same as/,
      ],
    ] as const) {
      await fails(node.stage({ secrets: change }), status.INVALID_ARGUMENT, words);
    }
  });

  it('says what is missing on the node', async () => {
    node.host.isMultipathdRunning = false;
    await fails(node.stage(), status.UNAVAILABLE, /multipathd does not run/);
    expect(node.host.leftovers).to.deep.equal([]);
  });

  it('wants to be told where the disk is, and to be staged first', async () => {
    await fails(node.stage({ publishContext: {} }), status.FAILED_PRECONDITION, /ControllerPublish/);
    await fails(node.publish(), status.FAILED_PRECONDITION, /is not staged/);
    await fails(
      node.rpc('NodeExpandVolume', { volumeId: LUN_ID, volumePath: LUN_TARGET }),
      status.NOT_FOUND,
      /not mounted/,
    );
  });

  it('begins anew where an earlier session is left that does not work', async () => {
    const call = { id: 'earlier', signal: AbortSignal.timeout(5_000) };
    node.target.initiators.set(INITIATOR, undefined);
    await node.host.logIn({ iqn: IQN, portal: PORTALS[0], chap: undefined }, call);
    node.target.portals.set(PORTALS[0], false);
    node.target.initiators.set(INITIATOR, CHAP);
    await node.stage();
    expect(node.host.leftovers.filter((one) => one.startsWith('session'))).to.deep.equal([
      `session ${IQN} ${PORTALS[1]}`,
    ]);
  });

  it('leaves portals that the target has moved away from', async () => {
    await node.stage();
    await node.unstage();
    const call = { id: 'earlier', signal: AbortSignal.timeout(5_000) };
    node.target.initiators.set(INITIATOR, undefined);
    for (const portal of PORTALS) await node.host.logIn({ iqn: IQN, portal, chap: undefined }, call);
    await node.stage({ ...context({ portals: PORTALS[1] }), secrets: {} });
    expect(node.host.leftovers.filter((one) => one.includes(PORTALS[0]))).to.deep.equal([]);
  });

  describe('never two file systems of one disk, nor a disk that goes from under one', () => {
    it('at two staging paths, or of two volumes at one', async () => {
      await node.stage();
      const elsewhere = { stagingTargetPath: '/kubelet/staging/elsewhere' };
      await fails(node.stage(elsewhere), status.FAILED_PRECONDITION, /is mounted at .*; unstage it there/);
      await node.unstage(elsewhere);
      await fails(node.stage({ volumeId: OTHER_LUN_ID }), status.ALREADY_EXISTS, /lio\/h1\/one is staged/);
      await fails(node.unstage({ volumeId: OTHER_LUN_ID }), status.ALREADY_EXISTS, /lio\/h1\/one is staged/);
      expect(await mountAt(`${LUN_STAGING}/volume`)).to.include({ fsType: 'xfs' });
    });

    it('when it is unstaged while pods have it, or something here unseen does', async () => {
      await node.stage();
      await node.publish();
      await fails(node.unstage(), status.FAILED_PRECONDITION, /is published at .*; unpublish it there first/);
      await node.unpublish();
      {
        using _use = node.host.hideUse((await node.host.maps(call()))[0]?.wwid ?? '');
        await fails(node.unstage(), status.FAILED_PRECONDITION, /still in use on this node/);
      }
      await node.unstage();
      expect(node.host.leftovers).to.deep.equal([]);
    });

    it('when both paths are away: what was not written could still come', async () => {
      await node.stage();
      setPortals(false);
      await fails(node.unstage(), status.DEADLINE_EXCEEDED, /does not end/);
      await fails(node.stage(), status.DEADLINE_EXCEEDED, /does not answer/);
      setPortals(true);
      await node.stage();
      setPortals(false);
      node.host.giveUp();
      await node.unstage();
      expect([await node.host.mounts(), node.host.leftovers]).to.deep.equal([[], []]);
    });
  });

  it('mounts anew what gave errors, for the next pod too', async () => {
    await node.stage();
    await node.publish();
    await node.unpublish();
    setPortals(false);
    node.host.giveUp();
    setPortals(true);
    await node.publish();
    expect(await node.host.probeFileSystem(LUN_TARGET, call())).to.equal('live');
  });

  it('keeps a single writer single', async () => {
    const single = { volumeCapability: mountedAs({ mode: 'SINGLE_NODE_SINGLE_WRITER' }) };
    await node.stage(single);
    await node.publish(single);
    await fails(
      node.publish({ ...single, targetPath: LUN_TARGET_2 }),
      status.FAILED_PRECONDITION,
      /allows a single writer/,
    );
  });

  it('makes no raw device read-only at one target alone', async () => {
    const raw = { volumeCapability: RAW };
    await node.stage(raw);
    await fails(node.publish({ ...raw, readonly: true }), status.INVALID_ARGUMENT, /readonly/);
  });

  function call() {
    return { id: 'test', signal: AbortSignal.timeout(5_000) };
  }
});
