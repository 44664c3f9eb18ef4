import { isDeepStrictEqual } from 'node:util';
import { type Call, checkpoint } from '../../src/control/call.ts';
import { Fault } from '../../src/control/fault.ts';
import type { Backend, Capacity, Exchange, Mark, VolumePage } from '../../src/volumes/backend.ts';
import type { VolumeName } from '../../src/volumes/ids.ts';
import type { GroupRequest, SnapshotRequest } from '../../src/volumes/snapshot.ts';
import type { CloneRequest, SnapshotQuery } from '../../src/volumes/snapshot-backend.ts';
import type { Layout, Volume, VolumeClass, VolumeSpec } from '../../src/volumes/spec.ts';
import { FaultInjector } from './fault-injector.ts';
import { MemorySnapshots, SNAPSHOT_POINTS } from './memory-snapshots.ts';
import { onDevices, shapeOf } from './memory-space.ts';

/** The steps at which a fault can be put in, in the order in which they happen. */
export const POINTS = [
  'create.reserve',
  'create.define',
  'find',
  'start',
  'resize.grow',
  'resize.record',
  'delete.stop',
  'delete.undefine',
  'delete.remove',
  'list',
  'capacity',
  'exchange',
  ...SNAPSHOT_POINTS,
] as const;
export type Point = (typeof POINTS)[number];

const GIB = 1024n ** 3n;

interface Bricks {
  /** Of the volume; what lies on the devices is more, by the layout. */
  bytes: bigint;
  readonly layout: Layout;
  state: 'reserved' | 'used' | 'deleting';
}

/**
 * A cluster in memory that keeps the promises of the Backend port and Gluster's rules: a volume in use is
 * not deleted, only one change at a time is made to a volume, space is finite, volumes begin unstarted, and an
 * interrupted request leaves what it had made. Faults are put in at named steps.
 */
export class MemoryBackend implements Backend {
  readonly faults = new FaultInjector<Point>();
  readonly calls = new Map<keyof Backend, number>();
  /** Set to false it is like a cluster of glusterd2 alone, which cannot exchange metadata. */
  exchanges = true;
  readonly #deviceBytes: bigint;
  readonly #volumes = new Map<VolumeName, Volume>();
  readonly #bricks = new Map<VolumeName, Bricks>();
  readonly #clients = new Map<VolumeName, number>();
  readonly #inTransaction = new Set<VolumeName>();
  readonly snapshots = new MemorySnapshots({
    faults: this.faults,
    volume: (name) => this.#volumes.get(name),
    addClone: (request, source) => this.#addClone(request, source.capacityBytes),
    markClone: ({ spec, metadata }) => this.#change(spec.name, { metadata: { ...metadata } }),
    transaction: (...names) => this.#transaction(...names),
  });
  /** What lies on the devices, kept along: adding it up for each of many volumes would take a bench's time. */
  #takenBytes = 0n;

  constructor({ deviceBytes = 30_000n * GIB }: { deviceBytes?: bigint } = {}) {
    this.#deviceBytes = deviceBytes;
  }

  /** All that there is, for comparing one history with another. */
  get state() {
    const volumes = [...this.#volumes.values()];
    return { volumes, bricks: [...this.#bricks.entries()], ...this.snapshots.state };
  }

  /** A volume as somebody makes it by hand. */
  addForeign(volume: Volume): void {
    this.#volumes.set(volume.name, volume);
  }

  /** A client mounts the volume until the disposal. */
  connectClient(name: VolumeName): Disposable {
    this.#clients.set(name, (this.#clients.get(name) ?? 0) + 1);
    return { [Symbol.dispose]: () => this.#clients.set(name, (this.#clients.get(name) ?? 1) - 1) };
  }

  async find(name: VolumeName, call: Call): Promise<Volume | undefined> {
    this.#begin('find', call);
    return this.faults.step('find', call, () => this.#volumes.get(name));
  }

  async create(spec: VolumeSpec, metadata: Readonly<Record<string, string>>, call: Call) {
    this.#begin('create', call);
    using _transaction = this.#transaction(spec.name);
    if (this.#volumes.has(spec.name) || this.snapshots.has(spec.name)) return 'exists';
    await this.faults.step('create.reserve', call, () => this.#reserve(spec));
    return this.faults.step('create.define', call, () => this.#define(spec, metadata));
  }

  async start(name: VolumeName, call: Call): Promise<void> {
    this.#begin('start', call);
    using _transaction = this.#transaction(name);
    await this.faults.step('start', call, () => this.#change(name, { state: 'Started' }));
  }

  async delete(name: VolumeName, call: Call, mark?: Mark): Promise<void> {
    this.#begin('delete', call);
    using _transaction = this.#transaction(name);
    if (this.#volumes.has(name)) await this.#undefine(name, mark, call);
    await this.faults.step('delete.remove', call, () => this.#removeBricks(name));
  }

  async canExchange(call: Call): Promise<boolean> {
    this.#begin('canExchange', call);
    return this.exchanges;
  }

  async exchangeMetadata(name: VolumeName, { expected, metadata }: Exchange, call: Call): Promise<boolean> {
    this.#begin('exchangeMetadata', call);
    using _transaction = this.#transaction(name);
    return this.faults.step('exchange', call, () => {
      if (!isDeepStrictEqual(this.#get(name).metadata, expected)) return false;
      this.#change(name, { metadata: { ...metadata } });
      return true;
    });
  }

  async resize(name: VolumeName, capacityBytes: bigint, call: Call): Promise<bigint> {
    this.#begin('resize', call);
    using _transaction = this.#transaction(name);
    const volume = this.#get(name);
    const bricks = this.#bricks.get(name);
    if (bricks === undefined) throw new Fault('wrong-state', `the bricks of volume ${name} cannot grow`);
    const target = max(capacityBytes, volume.capacityBytes ?? 0n);
    if (bricks.bytes < target) {
      this.#requireSpace(volume.layout, target - bricks.bytes);
      await this.faults.step('resize.grow', call, () => {
        this.#takenBytes += onDevices(bricks.layout, target) - onDevices(bricks.layout, bricks.bytes);
        bricks.bytes = target;
      });
    }
    await this.faults.step('resize.record', call, () => this.#change(name, { capacityBytes: target }));
    return target;
  }

  async list({ key, value, after, limit }: Parameters<Backend['list']>[0], call: Call): Promise<VolumePage> {
    this.#begin('list', call);
    return this.faults.step('list', call, () => {
      const matching = [...this.#volumes.values()]
        .filter((volume) => volume.metadata[key] === value && volume.name > after)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      return { volumes: matching.slice(0, limit), more: matching.length > limit };
    });
  }

  async capacity({ layout }: VolumeClass, call: Call): Promise<Capacity> {
    this.#begin('capacity', call);
    return this.faults.step('capacity', call, () => {
      const bytes = this.#usable(layout);
      return { availableBytes: bytes, maximumVolumeBytes: bytes };
    });
  }

  async ping(call: Call): Promise<void> {
    this.#begin('ping', call);
  }

  async findSnapshot(name: VolumeName, call: Call) {
    this.#begin('findSnapshot', call);
    return this.snapshots.find(name, call);
  }

  async createSnapshot(request: SnapshotRequest, call: Call) {
    this.#begin('createSnapshot', call);
    return this.snapshots.create(request, call);
  }

  async listSnapshots(query: SnapshotQuery, call: Call) {
    this.#begin('listSnapshots', call);
    return this.snapshots.list(query, call);
  }

  async deleteSnapshot(name: VolumeName, call: Call) {
    this.#begin('deleteSnapshot', call);
    return this.snapshots.delete(name, call);
  }

  async clone(request: CloneRequest, call: Call) {
    this.#begin('clone', call);
    return this.snapshots.clone(request, call);
  }

  async createGroup(request: GroupRequest, call: Call) {
    this.#begin('createGroup', call);
    return this.snapshots.createGroup(request, call);
  }

  async findGroup(name: VolumeName, call: Call) {
    this.#begin('findGroup', call);
    return this.snapshots.findGroup(name, call);
  }

  async deleteGroup(name: VolumeName, call: Call) {
    this.#begin('deleteGroup', call);
    return this.snapshots.deleteGroup(name, call);
  }

  #begin(method: keyof Backend, call: Call): void {
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    checkpoint(call);
  }

  #transaction(...names: VolumeName[]): Disposable {
    const taken = names.find((name) => this.#inTransaction.has(name));
    if (taken !== undefined) {
      throw new Fault('busy', `another transaction is in progress for ${taken}; retry`);
    }
    for (const name of names) this.#inTransaction.add(name);
    return {
      [Symbol.dispose]: () => {
        for (const name of names) this.#inTransaction.delete(name);
      },
    };
  }

  #addClone({ spec }: CloneRequest, sourceBytes: bigint | undefined): void {
    this.#reserve({ ...spec, capacityBytes: max(spec.capacityBytes, sourceBytes ?? 0n) });
    this.#define(spec, {});
  }

  /** Bricks that a dead request left are undone first. Done twice, it finds its own. */
  #reserve({ name, layout, capacityBytes }: VolumeSpec): void {
    this.#removeBricks(name);
    this.#requireSpace(layout, capacityBytes);
    this.#bricks.set(name, { bytes: capacityBytes, layout, state: 'reserved' });
    this.#takenBytes += onDevices(layout, capacityBytes);
  }

  #removeBricks(name: VolumeName): void {
    const bricks = this.#bricks.get(name);
    if (bricks !== undefined) this.#takenBytes -= onDevices(bricks.layout, bricks.bytes);
    this.#bricks.delete(name);
  }

  #define(spec: VolumeSpec, metadata: Readonly<Record<string, string>>): 'created' | 'exists' {
    if (this.#volumes.has(spec.name)) return 'exists';
    const bricks = this.#bricks.get(spec.name);
    if (bricks !== undefined) bricks.state = 'used';
    const { name, layout, capacityBytes } = spec;
    this.#volumes.set(name, { name, layout, capacityBytes, state: 'Created', metadata: { ...metadata } });
    return 'created';
  }

  async #undefine(name: VolumeName, mark: Mark | undefined, call: Call): Promise<void> {
    if (mark !== undefined && this.#get(name).metadata[mark.key] !== mark.value) {
      throw new Fault('conflict', `volume ${name} is another one than was meant`);
    }
    if ((this.#clients.get(name) ?? 0) > 0) {
      throw new Fault('wrong-state', `volume ${name} is in use by clients; unmount it first`);
    }
    if (this.#get(name).state === 'Started') {
      await this.faults.step('delete.stop', call, () => this.#change(name, { state: 'Stopped' }));
    }
    const bricks = this.#bricks.get(name);
    if (bricks !== undefined) bricks.state = 'deleting';
    await this.faults.step('delete.undefine', call, () => {
      this.#volumes.delete(name);
      this.snapshots.forgetClone(name);
    });
  }

  #get(name: VolumeName): Volume {
    const volume = this.#volumes.get(name);
    if (volume === undefined) throw new Fault('not-found', `volume ${name} does not exist`);
    return volume;
  }

  #change(name: VolumeName, change: Partial<Volume>): void {
    this.#volumes.set(name, { ...this.#get(name), ...change });
  }

  #requireSpace(layout: Layout, bytes: bigint): void {
    const usable = this.#usable(layout);
    if (bytes <= usable) return;
    throw new Fault('exhausted', `${bytes} bytes were asked for and ${usable} are free; add devices`);
  }

  #usable(layout: Layout): bigint {
    const { bricks, data } = shapeOf(layout);
    return ((this.#deviceBytes - this.#takenBytes) * data) / bricks;
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
