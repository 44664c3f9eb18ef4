import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { BAD_CREATES } from './bad-creates.ts';
import { BAD_PARAMETERS } from './bad-parameters.ts';
import { BAD_REQUESTS } from './bad-requests.ts';
import { BAD_SNAPSHOTS } from './bad-snapshots.ts';
import { createRequest, errorOf, type Harness, NOTHING, startController } from './controller-harness.ts';

describe('controller, bad input', () => {
  let harness: Harness;
  before(async () => {
    harness = await startController();
  });
  after(() => harness[Symbol.asyncDispose]());
  afterEach(() => {
    expect(harness.backend.state).to.deep.equal(NOTHING);
  });

  for (const [what, change, code, words] of BAD_CREATES) {
    it(`CreateVolume: ${what}`, async () => {
      const error = await errorOf(harness.rpc('CreateVolume', createRequest('pvc-1', change)));
      expect(status[error.code], error.details).to.equal(status[code]);
      expect(error.details).to.match(words);
    });
  }

  for (const [what, parameters, words] of BAD_PARAMETERS) {
    it(`CreateVolume: ${what}`, async () => {
      const error = await errorOf(harness.rpc('CreateVolume', createRequest('pvc-1', { parameters })));
      expect(status[error.code], error.details).to.equal('INVALID_ARGUMENT');
      expect(error.details).to.match(words);
    });
  }

  for (const [rpc, what, request, code, words] of [...BAD_REQUESTS, ...BAD_SNAPSHOTS]) {
    it(`${rpc}: ${what}`, async () => {
      const error = await errorOf(harness.rpc(rpc, request));
      expect(status[error.code], error.details).to.equal(status[code]);
      expect(error.details).to.match(words);
    });
  }

  for (const volumeId of [
    'reallyfakevolumeid',
    '../../etc',
    'gl1:volume:east:-rf',
    'gl1:volume:east:all',
    'ä\n',
    'x'.repeat(4000),
  ]) {
    it(`DeleteVolume: ${JSON.stringify(volumeId.slice(0, 30))} is no volume of ours, and gone`, async () => {
      expect(await harness.rpc('DeleteVolume', { volumeId })).to.deep.equal({});
    });
  }

  for (const id of [
    'reallyfakeid',
    '../../etc',
    'gl1:snap:east:-rf',
    'gl1:volume:east:a',
    'x'.repeat(4000),
  ]) {
    it(`DeleteSnapshot: ${JSON.stringify(id.slice(0, 30))} is no snapshot of ours, and gone`, async () => {
      expect(await harness.rpc('DeleteSnapshot', { snapshotId: id })).to.deep.equal({});
      expect(await harness.rpc('DeleteVolumeGroupSnapshot', { groupSnapshotId: id })).to.deep.equal({});
    });
  }

  for (const name of [
    '..',
    'a/b',
    'a\nb',
    '-rf',
    'all',
    'ünïcödé-名前',
    '👩‍🚀'.repeat(11),
    'x'.repeat(128),
    ' ',
    '%s$(id)',
  ]) {
    it(`CreateVolume: takes the name ${JSON.stringify(name.slice(0, 30))}, and gives it to Gluster safely`, async () => {
      const { volume } = await harness.rpc('CreateVolume', createRequest(name));
      expect(volume?.volumeId).to.match(/^gl1:volume:east:[A-Za-z0-9_][A-Za-z0-9_-]{0,71}$/);
      const again = await harness.rpc('CreateVolume', createRequest(name));
      expect(again.volume?.volumeId).to.equal(volume?.volumeId);
      await harness.rpc('DeleteVolume', { volumeId: volume?.volumeId ?? '' });
    });
  }
});
