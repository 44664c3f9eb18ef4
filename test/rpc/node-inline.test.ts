import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { errorOf } from './controller-harness.ts';
import {
  capability,
  good,
  ID,
  INLINE_ID,
  INLINE_TARGET,
  type NodeHarness,
  podInfo,
  startNode,
} from './node-harness.ts';

const KEY = 'csi.storage.k8s.io/';
const context = (change: Record<string, string>) => ({ ...podInfo(), ...change });

describe('node, volumes of a pod’s own spec', () => {
  let node: NodeHarness;
  beforeEach(async () => {
    node = await startNode();
  });
  afterEach(() => node[Symbol.asyncDispose]());

  type Publish = Parameters<NodeHarness['publish']>[0];
  const publish = (change: Publish = {}) => node.rpc('NodePublishVolume', { ...good.inline, ...change });
  const unpublish = (change: object = {}) =>
    node.rpc('NodeUnpublishVolume', { volumeId: INLINE_ID, targetPath: INLINE_TARGET, ...change });
  const fails = async (work: Promise<unknown>, code: status, words: RegExp) => {
    const error = await errorOf(work);
    expect({ code: status[error.code], details: error.details }).to.deep.include({ code: status[code] });
    expect(error.details).to.match(words);
  };
  const nothingIsThere = async () => {
    expect(await node.host.mounts()).to.deep.equal([]);
    expect(node.host.paths).to.not.include(INLINE_TARGET);
    expect(node.host.clients).to.equal(0);
  };

  it('are mounted at the target, told of, and taken away, each step twice', async () => {
    for (const _ of [1, 2]) await publish();
    const [mount, ...others] = await node.host.mounts();
    expect(others).to.deep.equal([]);
    expect(mount).to.include({ target: INLINE_TARGET, source: 'g1:/one' });
    expect(mount?.options).to.include('rw');
    const asked = { volumeId: INLINE_ID, volumePath: INLINE_TARGET };
    expect((await node.rpc('NodeGetVolumeStats', asked)).usage?.[0]?.total).to.equal('1073741824');
    for (const _ of [1, 2]) await unpublish();
    await nothingIsThere();
  });

  it('may be a directory, of a volume or below an allowed one', async () => {
    node.host.makeInVolume('one', 'data');
    node.host.makeInVolume('two', 'team/data');
    const asked = [
      [context({ volume: 'east/one/data' }), 'g1:/one/data'],
      [context({ volume: 'east/two/team' }), 'g1:/two/team'],
      [context({ volume: 'east/two/team/data' }), 'g1:/two/team/data'],
    ] as const;
    for (const [volumeContext, source] of asked) {
      await publish({ volumeContext });
      await publish({ volumeContext });
      expect((await node.host.mounts()).map((mount) => mount.source)).to.deep.equal([source]);
      await unpublish();
    }
    await nothingIsThere();
  });

  it('are read-only when the pod asks for it, and the same only with the same', async () => {
    for (const change of [{ readonly: true }, { volumeCapability: capability('SINGLE_NODE_READER_ONLY') }]) {
      await publish(change);
      expect((await node.host.mounts())[0]?.options).to.include('ro');
      await fails(publish(), status.ALREADY_EXISTS, /mounted with ro/);
      await unpublish();
    }
    await nothingIsThere();
  });

  const denied: readonly (readonly [what: string, volumeContext: Record<string, string>, words: RegExp])[] = [
    [
      'a volume that its namespace may not mount',
      context({ volume: 'east/three' }),
      /^pods of namespace dev .* east\/three .*inline\.allow .* gives them east\/one, east\/two\/team;/,
    ],
    ['a whole volume of which a directory is allowed', context({ volume: 'east/two' }), /inline\.allow/],
    ['a directory beside the allowed one', context({ volume: 'east/two/teams' }), /inline\.allow/],
    ['a volume of another cluster', context({ volume: 'west/one' }), /inline\.allow/],
    ['what another namespace may', { ...podInfo('prod'), volume: 'east/one' }, /gives them west\/three/],
    [
      'anything, of a namespace without a rule',
      { ...podInfo('other'), volume: 'east/one' },
      /gives them nothing/,
    ],
    [
      'a namespace that kubelet did not tell',
      context({ volume: 'east/one', [`${KEY}pod.namespace`]: '' }),
      /podInfoOnMount: true/,
    ],
    [
      'a pod that made its uid up',
      context({ volume: 'east/one', [`${KEY}pod.uid`]: 'kubelet-x' }),
      /podInfoOnMount: true/,
    ],
  ];
  for (const [what, volumeContext, words] of denied) {
    it(`deny ${what}`, async () => {
      await fails(publish({ volumeContext }), status.PERMISSION_DENIED, words);
      await nothingIsThere();
    });
  }

  const bad: readonly (readonly [what: string, change: Publish, words: RegExp])[] = [
    [
      'an attribute that is misspelt',
      { volumeContext: context({ volum: 'east/one' }) },
      /^volume_context\.volum: is unknown; did you mean "volume"\? known are volume/,
    ],
    ['no volume', { volumeContext: context({}) }, /^volume_context\.volume: is missing/],
    [
      'no cluster',
      { volumeContext: context({ volume: 'one' }) },
      /^volume_context\.volume: names no cluster/,
    ],
    [
      'an unknown cluster',
      { volumeContext: context({ volume: 'esat/one' }) },
      /"esat" is unknown; did you mean "east"/,
    ],
    [
      'a path that leads up',
      { volumeContext: context({ volume: 'east/one/..' }) },
      /^volume_context\.volume: /,
    ],
    ['a path from the root', { volumeContext: context({ volume: '/one' }) }, /^volume_context\.volume: /],
    [
      'a directory without a name',
      { volumeContext: context({ volume: 'east/one//x' }) },
      /^volume_context\.volume: /,
    ],
    ['a PersistentVolume’s id', { volumeId: ID }, /^volume_id: /],
    ['a flag that is a path', { volumeCapability: capability(undefined, ['log-file=/x']) }, /is unknown/],
    ['a relative target', { targetPath: 'x' }, /^target_path: /],
  ];
  for (const [what, change, words] of bad) {
    it(`refuse ${what}`, async () => {
      await fails(publish(change), status.INVALID_ARGUMENT, words);
      await nothingIsThere();
    });
  }

  for (const brick of [
    '/srv/gluster/disk1/bricks/one.1.2/fs/brick',
    '/run/glusterd2/bricks/one/subvol1/brick2/brick',
  ]) {
    it(`refuse a volume with the provisioned brick ${brick}`, async () => {
      node.host.setBricks('one', ['/srv/by-hand/one', brick]);
      await fails(
        publish(),
        status.PERMISSION_DENIED,
        /was provisioned for a claim.* mount it by that PersistentVolumeClaim/,
      );
      await nothingIsThere();
    });
  }

  it('take a provisioned volume away that a request which died has left', async () => {
    await publish();
    node.host.setBricks('one', ['/d/bricks/one.0.0/fs/brick']);
    await fails(publish(), status.PERMISSION_DENIED, /was provisioned/);
    await nothingIsThere();
  });

  it('leave a mount that is there when its client cannot be asked, and no new one', async () => {
    await publish();
    node.host.resetInjector();
    node.host.injector.plan('bricks/1', 'fail-before');
    await errorOf(publish());
    expect((await node.host.mounts()).length).to.equal(1);
    await unpublish();
    node.host.resetInjector();
    node.host.injector.plan('bricks/1', 'fail-before');
    await errorOf(publish());
    await nothingIsThere();
  });

  it('say that a volume or a directory is not there', async () => {
    const gone = context({ volume: 'east/one/gone' });
    await fails(publish({ volumeContext: gone }), status.NOT_FOUND, /no directory gone in one/);
    await nothingIsThere();
  });

  it('are mounted anew where the client died, and left where it hangs', async () => {
    await publish();
    node.host.setClient(INLINE_TARGET, 'dead');
    await publish();
    expect(node.host.clients).to.equal(1);
    node.host.setClient(INLINE_TARGET, 'hung');
    await fails(publish(), status.DEADLINE_EXCEEDED, /does not answer/);
    expect((await node.host.mounts()).length).to.equal(1);
  });

  it('are unpublished whatever they are, dead or hung, by the mount alone; other mounts stay', async () => {
    for (const state of ['dead', 'hung'] as const) {
      await publish();
      node.host.setClient(INLINE_TARGET, state);
      await unpublish();
      await nothingIsThere();
    }
    node.host.mountOther('/kubelet/other/mount');
    await unpublish({ targetPath: '/kubelet/other/mount' });
    expect((await node.host.mounts()).map(({ fsType }) => fsType)).to.deep.equal(['tmpfs']);
    const asked = { volumeId: INLINE_ID, volumePath: '/kubelet/other/mount' };
    await fails(node.rpc('NodeGetVolumeStats', asked), status.NOT_FOUND, /is not mounted at/);
  });

  it('count where the node’s volumes are limited', async () => {
    const limited = await startNode(1);
    await limited.stage({ volumeId: 'gl1:volume:east:two' });
    const error = await errorOf(limited.rpc('NodePublishVolume', good.inline));
    expect(error.code).to.equal(status.RESOURCE_EXHAUSTED);
    expect(limited.host.paths).to.not.include(INLINE_TARGET);
    await limited[Symbol.asyncDispose]();
  });
});
