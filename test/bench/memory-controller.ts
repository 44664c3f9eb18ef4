import '../../src/roles/small-heap.ts';
import { controllerServices } from '../../src/csi/controller/controller-service.ts';
import { serve } from '../../src/grpc/server.ts';
import { parseClusterName } from '../../src/volumes/ids.ts';
import { MemoryBackend } from '../fakes/memory-backend.ts';

/** Run as `memory-controller.ts SOCKET`: the controller over a cluster in memory that takes no time, in a process of its own. */
const [socket = ''] = process.argv.slice(2);
const backend = new MemoryBackend({ deviceBytes: 2n ** 60n });
await serve({
  endpoint: `unix://${socket}`,
  services: controllerServices({
    clusters: new Map([[parseClusterName('pool'), backend]]),
    driverName: 'file.csi.gluster.org',
    version: 'bench',
  }),
});
console.log('up');
