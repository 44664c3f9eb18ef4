import { expectNothingLeft } from '../pool/lab/expect-nothing-left.ts';
import { removeWriters } from './faults/under-writers.ts';
import { removeForeignVolume, removeOwnVolume } from './install/existing-volumes.ts';
import { installedSoFar } from './install/installed.ts';
import { timed } from './install/timed.ts';
import { untilHostingVolumesGone } from './objects/block-volume.ts';

/** What closes a run: the servers have nothing left of any volume, and all of it goes down. */
after('nothing is left on the servers', async function () {
  this.timeout(180_000);
  const installation = await installedSoFar();
  if (installation === undefined) return;
  const { cluster, gateways } = installation;
  try {
    await timed('all volumes deleted, nothing left on the servers', async () => {
      await removeWriters(installation);
      await removeForeignVolume(cluster.lab);
      await removeOwnVolume(gateways);
      await untilHostingVolumesGone(installation);
      await expectNothingLeft(cluster.lab);
    });
  } finally {
    await gateways.close();
    await timed('everything down', () => cluster.down());
  }
});
