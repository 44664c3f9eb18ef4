import { randomUUID } from 'node:crypto';
import {
  type FakeBrick,
  type FakeDevice,
  type FakePeer,
  freeBricks,
  type Plan,
  placeBricks,
  Refusal,
} from './glusterd2-planner.ts';
import { Glusterd2Snapshots } from './glusterd2-snapshots.ts';

type Body = Readonly<Record<string, unknown>>;

export interface FakeVolume {
  readonly id: string;
  readonly plan: Plan;
  readonly sets: readonly FakeBrick[][];
  readonly options: Readonly<Record<string, string>>;
  metadata: Readonly<Record<string, string>>;
  readonly snapshots: string[];
  capacity: number;
  state: 'Created' | 'Started' | 'Stopped';
}

/**
 * What glusterd2 4.2 knows and refuses, as recorded in test/fixtures/glusterd2 and read in its source: the odd
 * statuses are its own.
 */
export class Glusterd2State {
  readonly peers: FakePeer[] = [];
  readonly devices: FakeDevice[] = [];
  readonly #volumes = new Map<string, FakeVolume>();
  readonly snapshots = new Glusterd2Snapshots(this.#volumes);

  addPeer(host: string, zone: string): void {
    this.peers.push({ id: randomUUID(), host, zone });
  }

  addDevice(host: string, provisioner: 'lvm' | 'loop', bytes: number): void {
    const peerId = this.peers.find((peer) => peer.host === host)?.id ?? '';
    const sizes = { totalBytes: bytes, freeBytes: bytes };
    this.devices.push({ peerId, path: `/dev/${provisioner}`, provisioner, state: 'enabled', ...sizes });
  }

  /** As if somebody had made a snapshot. */
  addSnapshot(volume: string, snapshot: string): void {
    this.#get(volume).snapshots.push(snapshot);
  }

  createVolume(body: Body): object {
    const name = String(body['name'] ?? '');
    if (!/^[a-zA-Z0-9_-]+$/.test(name)) throw new Refusal(400, 'invalid volume name');
    const size = Number(body['size'] ?? 0);
    if (size === 0) throw new Refusal(400, 'brick list is empty');
    if (size < 20_971_520) {
      throw new Refusal(400, 'invalid Volume Size, Minimum size required is 20971520');
    }
    const metadata = (body['metadata'] ?? {}) as Record<string, string>;
    checkMetadata(metadata);
    const options = (body['options'] ?? {}) as Record<string, string>;
    if (this.#volumes.has(name)) throw new Refusal(400, 'volume already exists');
    checkOptions(options);
    const plan = toPlan(name, size, body);
    const sets = placeBricks(plan, this.peers, this.devices);
    const volume: FakeVolume = {
      id: randomUUID(),
      plan,
      sets,
      options,
      metadata: { ...metadata, '_brick-provision-type': 'auto' },
      snapshots: [],
      capacity: size,
      state: 'Created',
    };
    this.#volumes.set(name, volume);
    return toInfo(volume);
  }

  startVolume(name: string, force: boolean): object {
    const volume = this.#get(name);
    if (volume.state === 'Started' && !force) throw new Refusal(400, 'volume already started');
    volume.state = 'Started';
    return toInfo(volume);
  }

  stopVolume(name: string): object {
    const volume = this.#get(name);
    if (volume.state === 'Stopped') throw new Refusal(400, 'volume already stopped');
    if (volume.state === 'Created') throw new Refusal(400, 'volume not started');
    volume.state = 'Stopped';
    return toInfo(volume);
  }

  deleteVolume(name: string): void {
    const volume = this.#get(name);
    if (volume.state === 'Started') {
      throw new Refusal(400, 'volume must be in stopped state before deleting');
    }
    const { length } = volume.snapshots;
    if (length > 0) throw new Refusal(424, `cannot delete Volume ${name} ,as it has ${length} snapshots`);
    freeBricks(volume.sets.flat());
    this.#volumes.delete(name);
  }

  volume(name: string): object {
    return toInfo(this.#get(name));
  }

  /** In no order, as a Go map has it: here the newest first. */
  volumes(key: string | undefined, value: string | undefined): object[] {
    const matches = ({ metadata }: FakeVolume) =>
      (key === undefined || metadata[key] !== undefined) &&
      (value === undefined || Object.entries(metadata).some(([k, v]) => v === value && k === (key ?? k)));
    return [...this.#volumes.values()].filter(matches).reverse().map(toInfo);
  }

  /** The size is added. A missing volume is 500 here, and a loop brick meets lvextend. */
  expandVolume(name: string, body: Body): object {
    const volume = this.#volumes.get(name);
    if (volume === undefined) throw new Refusal(500, 'volume not found');
    if (body['distribute'] !== volume.plan.distribute) throw new Refusal(400, 'brick list is empty');
    const growth = Number(body['size']) / volume.plan.distribute / Math.max(1, volume.plan.data);
    if (volume.plan.provisioner === 'loop') throw new Refusal(500, 'a txn step failed', LVEXTEND_FAILED);
    const bricks = volume.sets.flat();
    if (bricks.some((brick) => brick.device.freeBytes < growth)) {
      throw new Refusal(400, 'Space not sufficient on device');
    }
    for (const brick of bricks) {
      brick.device.freeBytes -= growth;
      brick.bytes += growth;
    }
    volume.capacity += Number(body['size']);
    return toInfo(volume);
  }

  editVolume(name: string, body: Body): object {
    const volume = this.#get(name);
    const metadata = (body['metadata'] ?? {}) as Record<string, string>;
    const restricted = Object.keys(metadata).some((key) => key.startsWith('_'));
    if (restricted) {
      throw new Refusal(400, "key names starting with '_' are restricted in metadata field");
    }
    checkMetadata(metadata);
    const isKept = ([key]: [string, string]) => body['delete-metadata'] !== true || !(key in metadata);
    const kept = Object.fromEntries(Object.entries(volume.metadata).filter(isKept));
    volume.metadata = body['delete-metadata'] === true ? kept : { ...kept, ...metadata };
    return toInfo(volume);
  }

  #get(name: string): FakeVolume {
    const volume = this.#volumes.get(name);
    if (volume === undefined) throw new Refusal(404, 'volume not found');
    return volume;
  }
}

const LVEXTEND_FAILED = {
  error: 'exit status 5;   Volume group "gluster-dev" not found\n  Cannot process volume group gluster-dev\n',
  'peer-id': '00000000-0000-0000-0000-000000000000',
  step: 'vol-expand.LvmResize',
};

function toPlan(name: string, size: number, body: Body): Plan {
  const number = (field: string) => Number(body[field] ?? 0);
  const total = number('disperse');
  const redundancy = number('disperse-redundancy') || (total > 0 ? Math.floor((total - 1) / 2) : 0);
  if (number('replica') > 3) throw new Refusal(500, 'invalid Replica Count');
  if (total > 0 && 2 * redundancy >= total) throw new Refusal(500, 'invalid redundancy value');
  return {
    name,
    size,
    provisioner: String(body['provisioner'] ?? 'lvm'),
    distribute: Math.max(1, number('distribute')),
    replica: number('replica'),
    arbiter: number('arbiter'),
    data: number('disperse-data') || (total > 0 ? total - redundancy : 0),
    redundancy,
    zones: (body['limit-zones'] ?? []) as string[],
    zonesOverlap: body['subvolume-zones-overlap'] === true,
  };
}

function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  const counted = Object.entries(metadata).filter(([key]) => !key.startsWith('_'));
  const bytes = counted.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (bytes > 4096) throw new Refusal(400, 'metadata size exceeds max allowed size of 4KB');
}

function checkOptions(options: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(options).find((option) => !option.includes('.'));
  if (unknown !== undefined) {
    throw new Refusal(500, `validation failed for volume option: option not found: ${unknown}`);
  }
}

export function toInfo(volume: FakeVolume): object {
  const { plan } = volume;
  const kind = plan.data > 0 ? 'Disperse' : plan.replica > 1 ? 'Replicate' : 'Distribute';
  const counts = {
    'replica-count': Math.max(1, plan.replica),
    ...(plan.data > 0
      ? {
          'disperse-count': plan.data + plan.redundancy,
          'disperse-data-count': plan.data,
          'disperse-redundancy-count': plan.redundancy,
        }
      : {}),
  };
  return {
    id: volume.id,
    name: plan.name,
    type: plan.distribute > 1 && kind !== 'Distribute' ? `Distributed-${kind}` : kind,
    transport: 'tcp',
    'distribute-count': plan.distribute,
    ...counts,
    ...(plan.arbiter > 0 ? { 'arbiter-count': plan.arbiter } : {}),
    options: volume.options,
    state: volume.state,
    subvols: volume.sets.map((bricks, index) => ({
      name: `${plan.name}-${kind.toLowerCase()}-${index}`,
      type: kind,
      bricks: bricks.map((brick, place) => ({
        id: brick.id,
        path: `/run/bricks/${plan.name}/subvol${index + 1}/brick${place + 1}/brick`,
        'volume-id': volume.id,
        'volume-name': plan.name,
        'peer-id': brick.peer.id,
        host: brick.peer.host,
        type: brick.type,
      })),
      ...counts,
      'arbiter-count': plan.arbiter,
    })),
    metadata: volume.metadata,
    'snap-list': volume.snapshots,
    capacity: volume.capacity,
  };
}
