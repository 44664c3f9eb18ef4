import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../../src/control/fault.ts';
import type { Chap, IscsiDisk, Login } from '../../src/staging/iscsi/iscsi-host.ts';
import { type MemoryChap, type MemoryTarget, type MemoryTargets, wwidOf } from './memory-targets.ts';

export interface MemorySession {
  readonly target: MemoryTarget;
  readonly portal: string;
  readonly device: string;
  /** What it knows of the disk; a grown one is seen by a rescan. */
  bytes: bigint;
}

/** The sessions of one machine with targets, and the records that it keeps of them. */
export class MemorySessions {
  readonly records = new Set<string>();
  readonly initiator: string | undefined;
  readonly #targets: MemoryTargets;
  #all: readonly MemorySession[] = [];
  #made = 0;

  constructor(targets: MemoryTargets, initiator: string | undefined) {
    this.#targets = targets;
    this.initiator = initiator;
  }

  get leftovers(): readonly string[] {
    const sessions = this.#all.map(({ target, portal }) => `session ${target.iqn} ${portal}`);
    return [...sessions, ...[...this.records].map((record) => `record ${record}`)];
  }

  with(iqn: string): readonly MemorySession[] {
    return this.#all.filter(({ target }) => target.iqn === iqn);
  }

  by(device: string | undefined): MemorySession | undefined {
    return this.#all.find((session) => session.device === device);
  }

  /** A session comes back by itself with its portal, unless its node is no longer let in. */
  isLoggedIn({ target, portal }: MemorySession): boolean {
    return target.portals.get(portal) === true && target.initiators.has(this.initiator ?? '');
  }

  logIn({ iqn, portal, chap }: Login): void {
    this.records.add(`${iqn} ${portal}`);
    if (this.with(iqn).some((session) => session.portal === portal)) return;
    const target = this.#targets.find(iqn);
    if (target?.portals.get(portal) !== true) {
      throw new Fault('unreachable', `target ${iqn} at portal ${portal} cannot be logged in to`);
    }
    const wanted = target.initiators.get(this.initiator ?? '');
    if (!target.initiators.has(this.initiator ?? '') || !isDeepStrictEqual(wanted, reveal(chap))) {
      throw new Fault('denied', `target ${iqn} at portal ${portal} refuses this node, or its CHAP`);
    }
    const device = `/dev/sd${String.fromCharCode(97 + this.#made)}`;
    this.#made += 1;
    this.#all = [...this.#all, { target, portal, device, bytes: target.disk.bytes }];
  }

  /** At one portal, or at all. */
  logOut(iqn: string, portal: string | undefined): void {
    const isMeant = (one: string) => portal === undefined || one === portal;
    this.#all = this.#all.filter((one) => one.target.iqn !== iqn || !isMeant(one.portal));
    for (const record of this.records) {
      const [target, at = ''] = record.split(' ');
      if (target === iqn && isMeant(at)) this.records.delete(record);
    }
  }
}

export function toDisk({ target, device, bytes }: MemorySession): IscsiDisk {
  return { device, lun: 0, serial: target.serial, wwid: wwidOf(target.serial), bytes };
}

function reveal(chap: Chap | undefined): MemoryChap | undefined {
  if (chap === undefined) return undefined;
  const { username, password, mutual } = chap;
  const own = { username, password: password.reveal() };
  if (mutual === undefined) return own;
  return { ...own, mutual: { username: mutual.username, password: mutual.password.reveal() } };
}
