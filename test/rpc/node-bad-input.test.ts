import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { VolumeCapability } from '../../src/grpc/generated/csi/v1/VolumeCapability.ts';
import { errorOf } from './controller-harness.ts';
import {
  capability,
  good,
  ID,
  type NodeHarness,
  STAGING,
  startNode,
  stateOf,
  TARGET,
} from './node-harness.ts';

/** Every RPC that takes a path, a good request for it, and the paths in it. */
const RPCS = [
  ['NodeStageVolume', good.stage, ['stagingTargetPath']],
  [
    'NodePublishVolume',
    { ...good.publish, targetPath: '/kubelet/pods/x/mount' },
    ['targetPath', 'stagingTargetPath'],
  ],
  ['NodeUnpublishVolume', good.unpublish, ['targetPath']],
  ['NodeUnstageVolume', good.unstage, ['stagingTargetPath']],
  ['NodeGetVolumeStats', { volumeId: ID, volumePath: TARGET }, ['volumePath']],
  ['NodeExpandVolume', { volumeId: ID, volumePath: TARGET }, ['volumePath']],
] as const;

const BAD_PATHS: readonly (readonly [what: string, path: string, words: RegExp])[] = [
  ['relative', 'var/lib/kubelet', /an absolute path/],
  ['with ".."', '/kubelet/../etc', /holds "\." or "\.\."/],
  ['ending in ".."', '/kubelet/..', /holds "\." or "\.\."/],
  ['with "."', '/kubelet/./pods', /holds "\." or "\.\."/],
  ['the root', '/', /must not be the root/],
  ['only slashes', '///', /must not be the root/],
  ['with a newline', '/kubelet/a\nb', /control characters/],
  ['with a NUL', '/kubelet/a\u0000b', /control characters/],
  ['overlong', `/${'a/'.repeat(2100)}`, /longer than 4095 bytes/],
  ['with an overlong name', `/kubelet/${'é'.repeat(128)}`, /name of more than 255 bytes/],
];

const BAD_CAPABILITIES: readonly (readonly [what: string, wire: object | null, words: RegExp])[] = [
  ['none', null, /^volume_capability: is missing/],
  ['block access', { block: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } }, /block access is not served/],
  ['no access type', { accessMode: { mode: 'SINGLE_NODE_WRITER' } }, /access_type/],
  ['no access mode', { mount: {} }, /access_mode/],
  ['access mode UNKNOWN', { mount: {}, accessMode: { mode: 'UNKNOWN' } }, /access_mode/],
  ['an access mode of the future', { mount: {}, accessMode: { mode: 99 } }, /access_mode/],
  ['another file system', { ...capability(), mount: { fsType: 'ext4' } }, /fs_type "ext4" is not served/],
  ['a mount group', { ...capability(), mount: { volumeMountGroup: '7' } }, /volume_mount_group/],
  ['a flag that is a path', capability(undefined, ['log-file=/etc/passwd']), /"log-file" is unknown/],
  ['a flag for the shell', capability(undefined, ['log-level=`id`']), /"log-level" takes a value/],
  ['a flag within a flag', capability(undefined, ['ro,dump-fuse=/x']), /"dump-fuse" is unknown/],
  ['flags at odds', capability(undefined, ['ro', 'rw']), /exclude each other/],
];

const BAD_IDS: readonly (readonly [what: string, volumeId: string, code: status])[] = [
  ['empty', '', status.INVALID_ARGUMENT],
  ['of another driver', 'vol-0123', status.NOT_FOUND],
  ['of a newer version', 'gl2:volume:east:one', status.NOT_FOUND],
  ['with a path for a name', 'gl1:volume:east:../etc', status.NOT_FOUND],
  ['of a directory above the volume', 'gl1:subvol:east:one/../two', status.NOT_FOUND],
  ['of a directory with a blank', 'gl1:subvol:east:one/a b', status.NOT_FOUND],
  ['of a directory with a slash in code', 'gl1:subvol:east:one/..%2ftwo', status.NOT_FOUND],
  ['of no directory', 'gl1:subvol:east:one/', status.NOT_FOUND],
  ['with a leading dash', 'gl1:volume:east:-one', status.NOT_FOUND],
  ['with an option for a name', 'gl1:volume:east:one,ro', status.NOT_FOUND],
  ['with a newline', 'gl1:volume:east:one\n', status.NOT_FOUND],
  ['in unicode', 'gl1:volume:east:öne', status.NOT_FOUND],
  ['overlong', `gl1:volume:east:${'a'.repeat(5000)}`, status.NOT_FOUND],
];

describe('node, given bad input', () => {
  let node: NodeHarness;
  let atFirst: object;
  before(async () => {
    node = await startNode();
    await node.stage();
    await node.publish();
    atFirst = await stateOf(node.host);
  });
  afterEach(async () => {
    expect(await stateOf(node.host)).to.deep.equal(atFirst);
  });
  after(() => node[Symbol.asyncDispose]());

  for (const [name, request, fields] of RPCS) {
    for (const field of fields) {
      const wireName = field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      for (const [what, path, words] of BAD_PATHS) {
        it(`${name} refuses a ${wireName} that is ${what}`, async () => {
          const error = await errorOf(node.rpc(name, { ...request, [field]: path }));
          const isNowhere = field === 'volumePath' && what === 'relative';
          expect(error.code).to.equal(isNowhere ? status.NOT_FOUND : status.INVALID_ARGUMENT);
          expect(error.details).to.match(words);
          expect(error.details).to.match(new RegExp(`^${wireName}: `));
        });
      }

      it(`${name} refuses a missing ${wireName}`, async () => {
        const error = await errorOf(node.rpc(name, { ...request, [field]: '' }));
        const skipped = name === 'NodePublishVolume' && field === 'stagingTargetPath';
        expect(error.code).to.equal(skipped ? status.FAILED_PRECONDITION : status.INVALID_ARGUMENT);
        expect(error.details).to.match(new RegExp(`^${wireName}: is missing`));
      });
    }
  }

  for (const [name, request] of RPCS) {
    for (const [what, volumeId, code] of BAD_IDS) {
      const forgiving = name === 'NodeUnpublishVolume' || name === 'NodeUnstageVolume';
      const answer = forgiving && code === status.NOT_FOUND ? status.OK : code;
      it(`${name} answers ${status[answer]} to an id that is ${what}`, async () => {
        const work = node.rpc(name, { ...request, volumeId });
        if (answer === status.OK) expect(await work).to.deep.equal({});
        else expect((await errorOf(work)).code).to.equal(answer);
      });
    }
  }

  for (const [name, request] of RPCS.slice(0, 2)) {
    for (const [what, wire, words] of BAD_CAPABILITIES) {
      it(`${name} refuses ${what} for a capability`, async () => {
        const volumeCapability = wire as VolumeCapability | null;
        const error = await errorOf(node.rpc(name, { ...request, volumeCapability }));
        expect(error.code).to.equal(status.INVALID_ARGUMENT);
        expect(error.details).to.match(words);
      });
    }
  }

  it('a request that is malformed is told from one for an unknown volume', async () => {
    for (const [name, request] of RPCS.slice(0, 2)) {
      const error = await errorOf(node.rpc(name, { ...request, volumeId: 'vol-1', volumeCapability: null }));
      expect(error.code, name).to.equal(status.INVALID_ARGUMENT);
    }
    for (const name of ['NodeGetVolumeStats', 'NodeExpandVolume'] as const) {
      const error = await errorOf(node.rpc(name, { volumeId: 'vol-1', volumePath: '' }));
      expect(error.code, name).to.equal(status.INVALID_ARGUMENT);
    }
  });

  it('NodePublishVolume refuses the staging path for a target', async () => {
    const error = await errorOf(node.publish({ targetPath: `${STAGING}/` }));
    expect(error.code).to.equal(status.INVALID_ARGUMENT);
    expect(error.details).to.match(/^target_path: is the staging path/);
  });

  it('NodeExpandVolume refuses a limit below the size', async () => {
    const capacityRange = { requiredBytes: 2, limitBytes: 1 };
    const error = await errorOf(
      node.rpc('NodeExpandVolume', { volumeId: ID, volumePath: TARGET, capacityRange }),
    );
    expect(error.code).to.equal(status.INVALID_ARGUMENT);
  });

  it('takes a path with repeated and final slashes for the same path', async () => {
    await node.publish({ targetPath: `/${TARGET.replaceAll('/', '//')}/` });
  });
});
