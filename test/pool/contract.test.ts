import { toBackend } from '../../src/glusterd2/backend.ts';
import type { VolumeName } from '../../src/volumes/ids.ts';
import { backendContract } from '../contract/backend.ts';
import { type ExchangeSubject, exchangeContract } from '../contract/exchange.ts';
import { snapshotContract } from '../contract/snapshots.ts';
import { MIB } from './lab/csi-volume.ts';
import { sharedDeployment } from './shared-deployment.ts';

const MOUNT_POINT = '/run/contract';

async function makeSubject(): Promise<ExchangeSubject> {
  const deployment = await sharedDeployment();
  const worker = deployment.lab.worker(2);
  return {
    backend: toBackend(await deployment.restClient(1)),
    others: [toBackend(await deployment.restClient(2)), toBackend(await deployment.restClient(3))],
    volumeClass: {
      layout: { kind: 'replica', copies: 3, distribute: 1 },
      brickType: 'loop',
      zones: [],
      options: {},
    },
    sizeBytes: 320n * MIB,
    tooLargeBytes: 100_000n * MIB,
    async connectClient(name: VolumeName) {
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
}

backendContract('the gateway on the pool', makeSubject);
exchangeContract('the gateway on the pool', makeSubject);
snapshotContract('the gateway on the pool', makeSubject);
