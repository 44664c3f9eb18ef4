import type { Call } from '../../src/control/call.ts';
import { Fault } from '../../src/control/fault.ts';
import type { VolumeName } from '../../src/volumes/ids.ts';
import type { GroupRequest, Snapshot, SnapshotGroup, SnapshotRequest } from '../../src/volumes/snapshot.ts';
import type { CloneRequest, SnapshotPage, SnapshotQuery } from '../../src/volumes/snapshot-backend.ts';
import type { Volume } from '../../src/volumes/spec.ts';
import type { FaultInjector } from './fault-injector.ts';

/** The steps at which a fault can be put in. */
export const SNAPSHOT_POINTS = [
  'snapshot.find',
  'snapshot.prepare',
  'snapshot.take',
  'snapshot.delete',
  'snapshot.list',
  'clone.copy',
  'clone.mark',
  'clone.heal',
  'group.find',
  'group.take',
  'group.delete',
] as const;
export type SnapshotPoint = (typeof SNAPSHOT_POINTS)[number];

interface Group {
  readonly request: GroupRequest;
  readonly created: Date;
}

/** What snapshots need of the cluster that they are in. */
export interface Cluster {
  readonly faults: Pick<FaultInjector<SnapshotPoint>, 'step'>;
  volume(name: VolumeName): Volume | undefined;
  /** Bricks and volume of a clone, in state Created and without metadata; throws `exhausted`. */
  addClone(request: CloneRequest, source: Snapshot): void;
  markClone(request: CloneRequest): void;
  /** One change at a time. */
  transaction(...names: VolumeName[]): Disposable;
}

const EPOCH = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/**
 * Snapshots in memory, as loop bricks have them: independent of their volume, taken in two steps of which the
 * first leaves something when it is the last. A clone's content is whole only once it has healed.
 */
export class MemorySnapshots {
  readonly #cluster: Cluster;
  readonly #snapshots = new Map<VolumeName, Snapshot>();
  readonly #groups = new Map<VolumeName, Group>();
  /** Prepared and not taken. */
  readonly #prepared = new Set<VolumeName>();
  /** Which snapshot a volume is a clone of, and whether it is whole. */
  readonly #clones = new Map<
    VolumeName,
    { readonly snapshot: VolumeName; marked: boolean; healed: boolean }
  >();
  /** Snapshots whose bricks cannot be reached for a clone. */
  readonly unready = new Set<VolumeName>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  get state() {
    return {
      snapshots: [...this.#snapshots.values()],
      groups: [...this.#groups.keys()],
      prepared: [...this.#prepared],
      clones: [...this.#clones.entries()],
    };
  }

  has(name: VolumeName): boolean {
    return this.#snapshots.has(name);
  }

  /** The volume is gone, and with it what was known of its making. */
  forgetClone(name: VolumeName): void {
    this.#clones.delete(name);
  }

  find(name: VolumeName, call: Call): Promise<Snapshot | undefined> {
    return this.#cluster.faults.step('snapshot.find', call, () => this.#read(name));
  }

  async create(request: SnapshotRequest, call: Call): Promise<Snapshot> {
    using _transaction = this.#cluster.transaction(request.name, request.source);
    this.#requireFree(request.name);
    const found = this.#read(request.name);
    if (found !== undefined) return found;
    this.#requireSource(request.source);
    const { faults } = this.#cluster;
    await faults.step('snapshot.prepare', call, () => this.#prepared.add(request.name));
    return faults.step('snapshot.take', call, () => {
      this.#prepared.delete(request.name);
      return this.#read(request.name) ?? this.#take(request, undefined, this.#now());
    });
  }

  list({ key, value, source, after, limit }: SnapshotQuery, call: Call): Promise<SnapshotPage> {
    return this.#cluster.faults.step('snapshot.list', call, () => {
      const matching = [...this.#snapshots.values()]
        .filter((one) => one.metadata[key] === value && (source === undefined || one.source === source))
        .filter((one) => one.name > after)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      return { snapshots: matching.slice(0, limit), more: matching.length > limit };
    });
  }

  async delete(name: VolumeName, call: Call): Promise<void> {
    using _transaction = this.#cluster.transaction(name);
    await this.#cluster.faults.step('snapshot.delete', call, () => {
      this.#snapshots.delete(name);
      this.#prepared.delete(name);
    });
  }

  async clone(request: CloneRequest, call: Call): Promise<Volume | undefined> {
    const { snapshot, spec } = request;
    using _transaction = this.#cluster.transaction(snapshot, spec.name);
    const { faults } = this.#cluster;
    if (this.#cluster.volume(spec.name) !== undefined || this.has(spec.name)) {
      if (this.#clones.get(spec.name)?.snapshot !== snapshot) return undefined;
    } else {
      const source = this.#requireSnapshot(snapshot);
      if (spec.capacityBytes < (source.capacityBytes ?? 0n)) {
        throw new Fault(
          'out-of-range',
          `snapshot ${snapshot} has ${source.capacityBytes} bytes; ask for more`,
        );
      }
      await faults.step('clone.copy', call, () => {
        if (this.#clones.has(spec.name)) return;
        this.#cluster.addClone(request, source);
        this.#clones.set(spec.name, { snapshot, marked: false, healed: false });
      });
    }
    await faults.step('clone.mark', call, () => {
      const clone = this.#clones.get(spec.name);
      if (clone === undefined || clone.marked) return;
      this.#cluster.markClone(request);
      clone.marked = true;
    });
    await faults.step('clone.heal', call, () => {
      const clone = this.#clones.get(spec.name);
      if (clone !== undefined) clone.healed = true;
    });
    return this.#cluster.volume(spec.name);
  }

  async createGroup(request: GroupRequest, call: Call): Promise<SnapshotGroup> {
    const { name, members } = request;
    const sources = members.map(({ source }) => source);
    using _transaction = this.#cluster.transaction(name, ...sources);
    const found = this.#readGroup(name);
    if (found !== undefined) return found;
    for (const member of members) {
      this.#requireFree(member.name);
      this.#requireSource(member.source);
      if (this.has(member.name)) throw new Fault('conflict', `snapshot ${member.name} exists`);
    }
    return this.#cluster.faults.step('group.take', call, () => {
      const created = this.#groups.get(name)?.created ?? this.#now();
      if (!this.#groups.has(name)) for (const member of members) this.#take(member, name, created);
      this.#groups.set(name, { request, created });
      return this.#readGroup(name) ?? raise(new Fault('not-found', `group ${name} does not exist`));
    });
  }

  findGroup(name: VolumeName, call: Call): Promise<SnapshotGroup | undefined> {
    return this.#cluster.faults.step('group.find', call, () => this.#readGroup(name));
  }

  /** Member by member: an interrupted one leaves some. */
  async deleteGroup(name: VolumeName, call: Call): Promise<void> {
    using _transaction = this.#cluster.transaction(name);
    const group = this.#groups.get(name);
    for (const member of group?.request.members ?? []) {
      await this.#cluster.faults.step('group.delete', call, () => this.#snapshots.delete(member.name));
    }
    this.#groups.delete(name);
  }

  #now(): Date {
    return new Date(EPOCH + this.#snapshots.size * 1001);
  }

  #take(request: SnapshotRequest, group: VolumeName | undefined, created: Date): Snapshot {
    const { name, source, metadata } = request;
    const capacityBytes = this.#requireSource(source).capacityBytes;
    const rest = { isReady: true, metadata: { ...metadata }, group };
    const snapshot = { name, source, capacityBytes, created, ...rest };
    this.#snapshots.set(name, snapshot);
    return snapshot;
  }

  #read(name: VolumeName): Snapshot | undefined {
    const snapshot = this.#snapshots.get(name);
    return snapshot === undefined ? undefined : { ...snapshot, isReady: !this.unready.has(name) };
  }

  #readGroup(name: VolumeName): SnapshotGroup | undefined {
    const group = this.#groups.get(name);
    if (group === undefined) return undefined;
    const read = group.request.members.map((member) => this.#read(member.name));
    const snapshots = read.filter((one) => one !== undefined).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const isReady = read.every((one) => one?.isReady === true);
    const missing = read.length - snapshots.length;
    return { name, created: group.created, isReady, missing, metadata: group.request.metadata, snapshots };
  }

  /** Volumes and snapshots share their names. */
  #requireFree(name: VolumeName): void {
    if (this.#cluster.volume(name) === undefined) return;
    throw new Fault('conflict', `a volume has the name ${name}; choose another`);
  }

  #requireSource(name: VolumeName): Volume {
    const volume = this.#cluster.volume(name);
    return volume ?? raise(new Fault('not-found', `volume ${name} does not exist`));
  }

  #requireSnapshot(name: VolumeName): Snapshot {
    const snapshot = this.#read(name);
    return snapshot ?? raise(new Fault('not-found', `snapshot ${name} does not exist`));
  }
}

function raise(fault: Fault): never {
  throw fault;
}
