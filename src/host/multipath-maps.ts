import type { LunMap } from '../staging/iscsi/iscsi-host.ts';
import { attribute, blockBytes, namesIn } from './sysfs.ts';

const UUID = /^mpath-(.+)$/;

/** All multipath devices, of sysfs. */
export async function multipathMaps(): Promise<readonly LunMap[]> {
  const nodes = (await namesIn('/sys/block')).filter((name) => name.startsWith('dm-'));
  return (await Promise.all(nodes.map(toMap))).filter((one) => one !== undefined);
}

export async function findMap(wwid: string): Promise<LunMap | undefined> {
  return (await multipathMaps()).find((map) => map.wwid === wwid);
}

async function toMap(node: string): Promise<LunMap | undefined> {
  const folder = `/sys/block/${node}`;
  const [uuid, name, number] = await Promise.all([
    attribute(`${folder}/dm/uuid`),
    attribute(`${folder}/dm/name`),
    attribute(`${folder}/dev`),
  ]);
  const wwid = UUID.exec(uuid ?? '')?.[1];
  if (wwid === undefined || name === undefined || number === undefined) return undefined;
  const paths = (await namesIn(`${folder}/slaves`)).map((slave) => `/dev/${slave}`).toSorted();
  return { device: `/dev/mapper/${name}`, node, number, wwid, bytes: await blockBytes(node), paths };
}
