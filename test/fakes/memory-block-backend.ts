import { isDeepStrictEqual } from 'node:util';
import { type Call, checkpoint } from '../../src/control/call.ts';
import { Fault } from '../../src/control/fault.ts';
import type {
  BlockBackend,
  BlockPage,
  BlockPlace,
  BlockPublication,
  BlockPublishing,
  BlockSpec,
  BlockVolume,
  PublishedBlock,
} from '../../src/volumes/block/block-backend.ts';
import type {
  BlockSnapshot,
  BlockSnapshotPlace,
  BlockSnapshotRequest,
  BlockSource,
} from '../../src/volumes/block/block-snapshot.ts';
import { parseVolumeName, type VolumeName } from '../../src/volumes/ids.ts';
import { FaultInjector } from './fault-injector.ts';

export const BLOCK_POINTS = [
  ...['find', 'create', 'delete', 'expand', 'publish', 'unpublish', 'list'],
  ...['createSnapshot', 'findSnapshot', 'deleteSnapshot', 'listSnapshots'],
] as const;
export type BlockPoint = (typeof BLOCK_POINTS)[number];

const GIB = 1024n ** 3n;

/**
 * The block volumes of a cluster in memory: one change at a time to a volume, one writer or many readers, and nothing
 * that is published is deleted. Faults are put in at each method.
 */
export class MemoryBlockBackend implements BlockBackend {
  readonly faults = new FaultInjector<BlockPoint>();
  readonly #volumes = new Map<VolumeName, BlockVolume>();
  readonly #snapshots = new Map<VolumeName, BlockSnapshot>();
  /** By which those that have it mount it. */
  readonly #doors = new Map<VolumeName, string>();
  #publications = 0;
  readonly #asked = new Map<string, BlockPublishing>();
  /** How often the last node of a block volume was cut off. */
  readonly #cuts = new Map<string, number>();
  readonly #inTransaction = new Set<VolumeName>();
  /** Of every hosting volume that is made. */
  readonly #hostingBytes: bigint;
  readonly #hosting: VolumeName;
  /** While set, a change of publications cannot be confirmed by enough servers. */
  isFenceLost = false;

  constructor({ hostingBytes = 100n * GIB, hosting = 'block-0a1b2c3d' } = {}) {
    this.#hostingBytes = hostingBytes;
    this.#hosting = parseVolumeName(hosting);
  }

  /** All that there is, for comparing one history with another. */
  get state(): readonly BlockVolume[] {
    return [...this.#volumes.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The same of snapshots, but for their moments. */
  get snapshotState(): readonly Omit<BlockSnapshot, 'created'>[] {
    return this.#allSnapshots().map(({ created: _, ...rest }) => rest);
  }

  #allSnapshots(): readonly BlockSnapshot[] {
    return [...this.#snapshots.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(place: Parameters<BlockBackend['find']>[0], call: Call): Promise<BlockVolume | undefined> {
    return this.#step('find', call, () => {
      const volume = this.#volumes.get(place.name);
      const isThere = place.hosting === undefined || volume?.hosting === place.hosting;
      return isThere && volume?.provider === place.provider ? volume : undefined;
    });
  }

  async create(spec: BlockSpec, metadata: Readonly<Record<string, string>>, call: Call) {
    using _transaction = this.#transaction(spec.name);
    return this.#step('create', call, () => {
      const { provider, name, capacityBytes, hosting } = spec;
      const found = this.#volumes.get(name);
      if (found !== undefined) {
        const isSame = found.capacityBytes === capacityBytes && isDeepStrictEqual(found.metadata, metadata);
        return isSame ? found : 'exists';
      }
      if (hosting.kind === 'named' && hosting.name !== this.#hosting) {
        throw new Fault('not-found', `hosting volume ${hosting.name} not found`);
      }
      if (spec.source !== undefined) this.#requireSource(spec.source, capacityBytes);
      this.#requireRoom(name, capacityBytes);
      const made: BlockVolume = {
        provider,
        hosting: this.#hosting,
        name,
        capacityBytes,
        metadata: { ...metadata },
        published: [],
      };
      this.#volumes.set(name, made);
      return made;
    });
  }

  async delete(place: BlockPlace, call: Call): Promise<void> {
    using _transaction = this.#transaction(place.name);
    await this.#step('delete', call, () => {
      const nodes = this.#at(place)?.published.map(({ name }) => name) ?? [];
      if (nodes.length > 0) {
        throw new Fault('wrong-state', `block volume ${place.name} is published to ${nodes.join(', ')}`);
      }
      if (this.#at(place) !== undefined) this.#volumes.delete(place.name);
    });
  }

  async expand(place: BlockPlace, capacityBytes: bigint, call: Call): Promise<bigint> {
    using _transaction = this.#transaction(place.name);
    return this.#step('expand', call, () => {
      const volume = this.#get(place);
      if (volume.capacityBytes >= capacityBytes) return volume.capacityBytes;
      this.#requireRoom(place.name, capacityBytes);
      this.#volumes.set(place.name, { ...volume, capacityBytes });
      return capacityBytes;
    });
  }

  async publish(place: BlockPlace, publishing: BlockPublishing, call: Call): Promise<PublishedBlock> {
    using _transaction = this.#transaction(place.name);
    return this.#step('publish', call, () => {
      this.#requireFence();
      const volume = this.#get(place);
      const publication = this.#toPublication(place, publishing);
      this.#requireServed(place, publishing);
      const others = volume.published.filter(({ name }) => name !== publication.name);
      const isWritten = others.find(({ name, isReadonly }) => !isReadonly && !this.#isShared(place, name));
      const obstacle = publishing.isReadonly || publishing.isShared === true ? isWritten : others[0];
      if (obstacle !== undefined) {
        throw new Fault('wrong-state', `block volume ${place.name} is published to node ${obstacle.name}`);
      }
      const isSame = volume.published.some(({ isReadonly }) => isReadonly === publishing.isReadonly);
      if (!isSame) this.#doors.set(place.name, `door${++this.#publications}`);
      const published = { ...volume, published: [...others, publication] };
      this.#volumes.set(place.name, published);
      this.#asked.set(`${place.name}/${publication.name}`, publishing);
      return place.provider === 'virtblock'
        ? { ...published, door: this.#doors.get(place.name) }
        : { ...published, door: undefined, target: this.#targetOf(place) };
    });
  }

  /** With what the node was let in last. */
  askedFor(name: string, node: string): BlockPublishing | undefined {
    return this.#asked.get(`${name}/${node}`);
  }

  #isShared({ name }: BlockPlace, node: string): boolean {
    return this.askedFor(name, node)?.isShared === true;
  }

  /** gluster-block lets nobody share, and has passwords of its own. */
  #requireServed({ provider }: BlockPlace, { isShared, chap }: BlockPublishing): void {
    if (provider !== 'gluster-block') return;
    if (isShared === true) throw new Fault('unsupported', 'shared: use provider lio');
    if (chap !== undefined) throw new Fault('invalid', 'chap: this block volume has no authentication');
  }

  /** gluster-block cuts a node off by another target, with another disk name. */
  #targetOf({ provider, name }: BlockPlace) {
    const cuts = provider === 'gluster-block' ? (this.#cuts.get(name) ?? 0) : 0;
    return {
      iqn: `iqn.2026-11.org.gluster-csi:${name}${cuts === 0 ? '' : `-${cuts}`}`,
      portals: ['10.0.0.1:3260', '[fd00::2]:3260'],
      lun: 0,
      wwn: `9a8e1f5e-7a3b-4c53-8f0d-9d9a2a3b1c${77 + cuts}`,
    };
  }

  /** What the servers keep of a node. */
  #toPublication({ provider }: BlockPlace, publishing: BlockPublishing): BlockPublication {
    const { name, addresses, initiator, isReadonly } = publishing;
    if (provider === 'virtblock') return { name, addresses, isReadonly };
    if (initiator === undefined) throw new Fault('invalid', 'initiator is missing');
    return { name, addresses: [], initiator: initiator.toLowerCase(), isReadonly };
  }

  async unpublish(place: BlockPlace, node: string | undefined, call: Call): Promise<void> {
    using _transaction = this.#transaction(place.name);
    await this.#step('unpublish', call, () => {
      this.#requireFence();
      const volume = this.#at(place);
      if (volume === undefined) return;
      const rest = volume.published.filter(({ name }) => node !== undefined && name !== node);
      if (rest.length === 0 && volume.published.length > 0)
        this.#cuts.set(place.name, (this.#cuts.get(place.name) ?? 0) + 1);
      this.#volumes.set(place.name, { ...volume, published: rest });
    });
  }

  list({ after, limit }: Parameters<BlockBackend['list']>[0], call: Call): Promise<BlockPage> {
    return this.#step('list', call, () => {
      const all = this.state.filter(({ name }) => name > after).map((one) => ({ ...one, metadata: {} }));
      return { volumes: all.slice(0, limit), more: all.length > limit };
    });
  }

  async createSnapshot({ name, source, metadata }: BlockSnapshotRequest, call: Call) {
    using _transaction = this.#transaction(name);
    return this.#step('createSnapshot', call, () => {
      const found = this.#snapshots.get(name);
      if (found !== undefined) {
        const isOfSource = found.source === source.name && found.hosting === source.hosting;
        return isOfSource && isDeepStrictEqual(found.metadata, metadata) ? found : 'exists';
      }
      const { hosting, capacityBytes } = this.#get(source);
      this.#requireRoom(name, capacityBytes);
      const facts = { hosting, name, source: source.name, capacityBytes, isReady: true };
      const made = { ...facts, created: new Date(), metadata: { ...metadata } };
      this.#snapshots.set(name, made);
      return made;
    });
  }

  findSnapshot({ hosting, name }: Parameters<BlockBackend['findSnapshot']>[0], call: Call) {
    return this.#step('findSnapshot', call, () => {
      const snapshot = this.#snapshots.get(name);
      return hosting === undefined || snapshot?.hosting === hosting ? snapshot : undefined;
    });
  }

  async deleteSnapshot({ hosting, name }: BlockSnapshotPlace, call: Call): Promise<void> {
    using _transaction = this.#transaction(name);
    await this.#step('deleteSnapshot', call, () => {
      if (this.#snapshots.get(name)?.hosting === hosting) this.#snapshots.delete(name);
    });
  }

  listSnapshots({ after, limit, source }: Parameters<BlockBackend['listSnapshots']>[0], call: Call) {
    return this.#step('listSnapshots', call, () => {
      const isOf = (one: BlockSnapshot) =>
        source === undefined || (one.source === source.name && one.hosting === source.hosting);
      const all = this.#allSnapshots().filter((one) => one.name > after && isOf(one));
      return { snapshots: all.slice(0, limit), more: all.length > limit };
    });
  }

  #requireSource({ kind, ...place }: BlockSource, capacityBytes: bigint): void {
    const at = kind === 'snapshot' ? this.#snapshots.get(place.name) : this.#volumes.get(place.name);
    if (at?.hosting !== place.hosting) throw new Fault('not-found', `${kind} ${place.name} not found`);
    if (capacityBytes < at.capacityBytes)
      throw new Fault('out-of-range', `${kind} ${place.name} has ${at.capacityBytes} bytes`);
  }

  #step<T>(point: BlockPoint, call: Call, work: () => T): Promise<T> {
    checkpoint(call);
    return this.faults.step(point, call, work);
  }

  #transaction(name: VolumeName): Disposable {
    if (this.#inTransaction.has(name)) throw new Fault('busy', `another request works on ${name}; retry`);
    this.#inTransaction.add(name);
    return { [Symbol.dispose]: () => void this.#inTransaction.delete(name) };
  }

  #requireRoom(name: VolumeName, capacityBytes: bigint): void {
    const others = [...this.state.filter((one) => one.name !== name), ...this.#snapshots.values()];
    const taken = others.reduce((sum, one) => sum + one.capacityBytes, 0n);
    if (taken + capacityBytes > this.#hostingBytes)
      throw new Fault('exhausted', 'no device has so much room');
  }

  #requireFence(): void {
    if (this.isFenceLost) throw new Fault('unreachable', 'g1 and g2 do not confirm it; start them');
  }

  #at({ provider, hosting, name }: BlockPlace): BlockVolume | undefined {
    const volume = this.#volumes.get(name);
    return volume?.hosting === hosting && volume.provider === provider ? volume : undefined;
  }

  #get(place: BlockPlace): BlockVolume {
    const volume = this.#at(place);
    if (volume === undefined) throw new Fault('not-found', `block volume ${place.name} not found`);
    return volume;
  }
}
