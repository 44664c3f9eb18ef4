import { type RestBackend, toBackend } from '../../src/glusterd2/backend.ts';
import { createClient } from '../../src/glusterd2/http.ts';
import { FAKE_ISSUER, FAKE_KEY, type FakeGlusterd2, startFakeGlusterd2 } from '../fakes/glusterd2-server.ts';

const GIB = 1024n ** 3n;

/** Three servers, each a zone with a device for LVM bricks and one for loop bricks. */
export async function startCluster(): Promise<{ glusterd2: FakeGlusterd2; backend: RestBackend }> {
  const glusterd2 = await startFakeGlusterd2();
  const { state } = glusterd2;
  for (const host of ['a', 'b', 'c']) {
    state.addPeer(host, host);
    state.addDevice(host, 'lvm', 20 * Number(GIB));
    state.addDevice(host, 'loop', 30 * Number(GIB));
  }
  const key = async () => Buffer.from(FAKE_KEY);
  const options = { baseUrls: [glusterd2.baseUrl], issuer: FAKE_ISSUER, key, timeoutMs: 5_000 };
  return { glusterd2, backend: toBackend(createClient(options)) };
}
