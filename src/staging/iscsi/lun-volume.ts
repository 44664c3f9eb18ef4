import { Fault } from '../../control/fault.ts';
import { parseJson } from '../../control/parse-json.ts';
import type { BlockAccess } from '../block/block-volume.ts';
import type { Chap, IscsiHost, Lun } from './iscsi-host.ts';

/** A volume that a target serves: its handle. */
export interface LunVolume {
  readonly id: string;
}

export interface LunContext {
  readonly iscsi: IscsiHost;
}

export interface LunUse {
  readonly volume: LunVolume;
  readonly stagingPath: string;
  readonly access: BlockAccess;
  /** Published so by the controller: the target takes no writes. */
  readonly isReadonly: boolean;
  readonly lun: Lun;
  /** What the disk has at least. */
  readonly bytes: bigint;
}

export interface StageLun extends LunUse {
  readonly chap: Chap | undefined;
}

/** Where the parts of a staged volume are. */
export interface LunPlaces {
  /** What was logged in to, kept before the login: after a kill nothing else tells which sessions are whose. */
  readonly note: string;
  /** Where its file system is mounted. */
  readonly volume: string;
  /** Where its device is bound, on a file. */
  readonly device: string;
}

export function lunPlacesOf(stagingPath: string): LunPlaces {
  return {
    note: `${stagingPath}/target.json`,
    volume: `${stagingPath}/volume`,
    device: `${stagingPath}/device`,
  };
}

/** What pods get is bound from here. */
export function lunPlace({ stagingPath, access }: Pick<LunUse, 'stagingPath' | 'access'>): string {
  const places = lunPlacesOf(stagingPath);
  return access.kind === 'mount' ? places.volume : places.device;
}

/** What is kept at the staging path, no secrets in it. */
export interface TargetNote extends Lun {
  readonly id: string;
}

export function formatNote({ id, iqn, portals, lun, wwn }: TargetNote): string {
  return `${JSON.stringify({ v: 1, id, iqn, portals, lun, wwn })}\n`;
}

/** Throws `wrong-state` for what another version wrote. */
export function parseNote(text: string, path: string): TargetNote {
  const found = parseJson(text);
  if (isNote(found)) return found;
  throw new Fault('wrong-state', `${path} is not of this version of the driver; use the one that wrote it`);
}

function isNote(value: unknown): value is TargetNote {
  if (typeof value !== 'object' || value === null) return false;
  const { v, id, iqn, portals, lun, wwn } = value as Record<string, unknown>;
  const areTexts = [id, iqn, wwn].every((one) => typeof one === 'string');
  const arePortals = Array.isArray(portals) && portals.every((one) => typeof one === 'string');
  return v === 1 && areTexts && arePortals && typeof lun === 'number';
}
