import { readdir, readFile } from 'node:fs/promises';

/** What of iSCSI there is on the node: sessions, records, maps, disks, what multipath remembers, these folders' content. */
export async function nodeLeftovers(folders: readonly string[]): Promise<readonly string[]> {
  const list = (folder: string) => readdir(folder).catch(() => []);
  const block = (await list('/sys/block')).filter((name) => name.startsWith('sd'));
  const maps = (await list('/sys/block')).filter((name) => name.startsWith('dm-'));
  const uuids = await Promise.all(
    maps.map((name) => readFile(`/sys/block/${name}/dm/uuid`, 'utf8').catch(() => '')),
  );
  const wwids = await readFile('/etc/multipath/wwids', 'utf8').catch(() => '');
  const inside = await Promise.all(folders.map(list));
  return [
    ...(await list('/sys/class/iscsi_session')),
    ...(await list('/etc/iscsi/nodes')),
    ...block,
    ...uuids.filter((uuid) => uuid.startsWith('mpath-')),
    ...wwids.split('\n').filter((line) => line.startsWith('/')),
    ...inside.flat(),
  ];
}
