import { type MemoryDisk, newDisk } from './memory-disk.ts';

export interface MemoryChap {
  readonly username: string;
  readonly password: string;
  readonly mutual?: { readonly username: string; readonly password: string };
}

export interface MemoryTarget {
  readonly iqn: string;
  /** Those that there are; true: it answers. */
  readonly portals: Map<string, boolean>;
  /** Who is let in, and with which CHAP. */
  readonly initiators: Map<string, MemoryChap | undefined>;
  disk: MemoryDisk;
  serial: string;
}

/** iSCSI targets as all machines see them, with one disk each. */
export class MemoryTargets {
  readonly #targets = new Map<string, MemoryTarget>();

  add(
    iqn: string,
    { portals, serial, bytes }: { portals: readonly string[]; serial: string; bytes: bigint },
  ): MemoryTarget {
    const target = {
      iqn,
      portals: new Map(portals.map((portal) => [portal, true])),
      initiators: new Map(),
      disk: newDisk(bytes),
      serial,
    };
    this.#targets.set(iqn, target);
    return target;
  }

  find(iqn: string): MemoryTarget | undefined {
    return this.#targets.get(iqn);
  }
}

/** As LIO makes it of the serial number. */
export function wwidOf(serial: string): string {
  return `36001405${serial.replaceAll('-', '').slice(0, 25)}`;
}
