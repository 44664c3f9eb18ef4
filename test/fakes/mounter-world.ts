import { Claims } from '../../src/mounter/claims.ts';
import type { Machine } from '../../src/mounter/machine.ts';
import { mountVolume } from '../../src/mounter/mount-volume.ts';
import type { Report } from '../../src/mounter/report.ts';
import { createWatch } from '../../src/mounter/watch.ts';
import { call } from '../contract/backend.ts';
import { MemoryMachine } from './memory-mounter.ts';

export const UID = '11111111-2222-3333-4444-555555555555';
export const OTHER_UID = '99999999-2222-3333-4444-555555555555';
export const stagingOf = (volume: string) => `/kubelet/staging/${volume}`;
export const targetOf = (volume: string, uid = UID) =>
  `/kubelet/pods/${uid}/volumes/kubernetes.io~csi/${volume}/mount`;

/** A mounter on a machine, its clock, and what it tells. */
export class World {
  readonly machine = new MemoryMachine();
  readonly told: (readonly [keyof Report, Readonly<Record<string, unknown>>])[] = [];
  readonly mounter: Machine;
  now = 0;

  constructor(mounter?: Partial<Machine>) {
    this.mounter = { ...this.machine.mounter(), ...mounter };
  }

  readonly claims = new Claims();

  context(clientId = 'new') {
    const tell = (name: keyof Report) => (event: object) => this.told.push([name, { ...event }]);
    const report: Report = {
      counted: tell('counted'),
      replaced: tell('replaced'),
      failed: tell('failed'),
      notRepaired: tell('notRepaired'),
      keptOld: tell('keptOld'),
      outdated: tell('outdated'),
    };
    return { machine: this.mounter, clientId, claims: this.claims, report };
  }

  async mount(volume: string, clientId?: string, more: { readonly isPinned?: true } = {}): Promise<void> {
    const mount = { servers: ['g1'], volume, target: stagingOf(volume), options: [], ...more };
    await mountVolume(this.context(clientId), mount, call());
    this.machine.bind(stagingOf(volume), targetOf(volume));
  }

  watch(clientId?: string) {
    return createWatch(this.context(clientId), () => this.now);
  }

  /** What was told of one kind. */
  all(kind: keyof Report): readonly Readonly<Record<string, unknown>>[] {
    return this.told.filter(([name]) => name === kind).map(([, event]) => event);
  }
}
