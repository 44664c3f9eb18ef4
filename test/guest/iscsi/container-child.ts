import { isFault } from '../../../src/control/fault.ts';
import { startIscsid } from '../../../src/host/iscsi.ts';
import { createLinuxIscsiHost, type IscsiPlace } from '../../../src/host/linux-iscsi-host.ts';
import type { Lun } from '../../../src/staging/iscsi/iscsi-host.ts';
import { call } from '../../contract/backend.ts';
import { until } from '../../pool/lab/until.ts';

/** What a node service does with a disk, in a container of its own: `attach` or `detach PLACE LUN`, both in JSON. */
const [act, place = '', disk = ''] = process.argv.slice(2);
const { iscsid, ...more } = JSON.parse(place) as IscsiPlace;
const { iqn, portals } = JSON.parse(disk) as Lun;
const host = createLinuxIscsiHost({ iscsid, ...more });
if (iscsid === 'own') await startIscsid();
const disks = async () => (await host.sessions(iqn, call())).flatMap((session) => session.disks);
if (act === 'attach') {
  for (const portal of portals) await host.logIn({ iqn, portal, chap: undefined }, call());
  const { paths } = await host.makeMap(await disks(), call());
  console.log(JSON.stringify({ paths: paths.length }));
} else {
  const removed = await Promise.all(
    (await disks()).slice(0, 1).map(({ wwid }) => host.removeMap(wwid, call())),
  );
  // As often as kubelet asks: a new iscsid takes a moment to know the sessions that there are.
  await until('the sessions end', async () => {
    const ended = host.logOut({ iqn }, call()).then(() => true);
    return ended.catch((error: unknown) => {
      if (isFault(error, 'timed-out')) return false;
      throw error;
    });
  });
  console.log(JSON.stringify({ removed, sessions: (await host.sessions(iqn, call())).length }));
}
