import { toBackend } from '../../src/glusterd2/backend.ts';
import { backendContract } from '../contract/backend.ts';
import { MIB } from './lab/csi-volume.ts';
import { sharedDeployment } from './shared-deployment.ts';

const MOUNT_POINT = '/run/contract';

backendContract('the gateway on the pool', async () => {
  const deployment = await sharedDeployment();
  const worker = deployment.lab.worker(2);
  return {
    backend: toBackend(await deployment.restClient(1)),
    volumeClass: {
      layout: { kind: 'replica', copies: 3, distribute: 1 },
      brickType: 'loop',
      zones: [],
      options: {},
    },
    sizeBytes: 320n * MIB,
    tooLargeBytes: 100_000n * MIB,
    async connectClient(name) {
      await worker.must(['mkdir', '-p', MOUNT_POINT]);
      await worker.must(['mount', '-t', 'glusterfs', `g1:/${name}`, MOUNT_POINT]);
      return {
        [Symbol.asyncDispose]: async () => {
          await worker.must(['umount', MOUNT_POINT]);
        },
      };
    },
    [Symbol.asyncDispose]: async () => {},
  };
});
