import { Fault } from '../../src/control/fault.ts';
import { accountOf } from '../../src/gateway/account-of.ts';
import type {
  BrickRequest,
  BrickState,
  BrickStore,
  Provisioner,
  StoredBrick,
  StoredDevice,
} from '../../src/gateway/bricks/brick-store.ts';
import { isClosed } from '../../src/gateway/bricks/restore-store.ts';

interface MemoryDevice {
  readonly path: string;
  readonly provisioner: Provisioner;
  state: 'enabled' | 'disabled';
  readonly totalBytes: bigint;
}

/** The devices and bricks of one server in memory, with the rules of the real store. */
export class MemoryBricks implements BrickStore {
  readonly stored = new Map<string, StoredBrick>();
  /** What a client has written to each brick, by its path. */
  readonly contents = new Map<string, string>();
  /** What snapshots hold, and are promised, on a device; and what a brick is made a copy of. */
  snapshotsOn: (device: string) => readonly { readonly accountBytes: bigint }[] = () => [];
  copyOf: (request: BrickRequest) => string | undefined = () => undefined;
  readonly #devices = new Map<string, MemoryDevice>();

  /** A device, without asking. */
  put(path: string, totalBytes: bigint, provisioner: Provisioner = 'loop'): void {
    this.#devices.set(path, { path, provisioner, state: 'enabled', totalBytes });
  }

  hasDirectory(path: string): boolean {
    return [...this.stored.values()].some((brick) => brick.path === path && !isClosed(brick));
  }

  async devices(): Promise<readonly StoredDevice[]> {
    return [...this.#devices.values()].map((device) => this.#toStored(device));
  }

  async addDevice(path: string, provisioner: Provisioner): Promise<StoredDevice> {
    if (!path.startsWith('/srv/')) throw new Fault('invalid', `device: ${path} is outside the device roots`);
    if (this.#devices.has(path)) throw new Fault('conflict', `device already exists`);
    this.put(path, 1n << 40n, provisioner);
    return this.#toStored(this.#device(path));
  }

  async setDeviceState(path: string, state: 'enabled' | 'disabled'): Promise<void> {
    this.#device(path).state = state;
  }

  async removeDevice(path: string): Promise<void> {
    if (this.#toStored(this.#device(path)).usedBytes > 0n)
      throw new Fault('wrong-state', `device ${path} has bricks or snapshots`);
    this.#devices.delete(path);
  }

  async bricks(volume: string | undefined): Promise<readonly StoredBrick[]> {
    return [...this.stored.values()].filter((brick) => volume === undefined || brick.volume === volume);
  }

  async reserve(token: string, requests: readonly BrickRequest[]): Promise<readonly StoredBrick[]> {
    const fresh = requests.filter((request) => this.#findReserved(token, request) === undefined);
    for (const request of fresh) {
      const device = this.#device(request.device);
      if (device.state === 'disabled') throw new Fault('wrong-state', `device ${device.path} is disabled`);
      const wanted = fresh
        .filter((one) => one.device === request.device)
        .reduce((sum, one) => sum + accountOf(one.provisioner, one.dataBytes), 0n);
      const { freeBytes } = this.#toStored(device);
      if (wanted > freeBytes)
        throw new Fault('exhausted', `device ${device.path} has ${freeBytes} bytes free`);
    }
    const copies = fresh.map((request) => this.copyOf(request));
    for (const [index, request] of fresh.entries()) {
      const brick = toBrick(token, request);
      this.stored.set(keyOf(request), brick);
      this.contents.set(brick.path, copies[index] ?? '');
    }
    return requests.map((request) => this.#getReserved(token, request));
  }

  async use(volume: string, token: string, record: string): Promise<void> {
    const own = this.#own(volume, token).filter(({ state }) => state !== 'deleting');
    if (own.length === 0) throw new Fault('not-found', `bricks of volume ${volume} are gone`);
    for (const brick of own) this.stored.set(keyOf(brick), { ...brick, state: 'used', record });
  }

  async setRecord(volume: string, record: string): Promise<void> {
    for (const brick of await this.bricks(volume)) {
      if (brick.state === 'used') this.stored.set(keyOf(brick), { ...brick, record });
    }
  }

  async undo(volume: string, token: string): Promise<void> {
    for (const brick of this.#own(volume, token)) {
      if (brick.state === 'reserved') this.stored.delete(keyOf(brick));
    }
  }

  async markDeleting(volume: string): Promise<void> {
    this.#setState(await this.bricks(volume), 'deleting');
  }

  async remove(volume: string): Promise<void> {
    for (const brick of await this.bricks(volume)) {
      if (brick.state === 'deleting') this.stored.delete(keyOf(brick));
    }
  }

  async grow(volume: string, dataBytes: (brick: StoredBrick) => bigint): Promise<void> {
    if ((await this.bricks(volume)).some(({ restore }) => restore !== undefined))
      throw new Fault('busy', `volume ${volume} is being restored`);
    const grown = (await this.bricks(volume))
      .filter(({ state }) => state === 'used')
      .map((brick) => {
        const bytes = dataBytes(brick) > brick.dataBytes ? dataBytes(brick) : brick.dataBytes;
        return { ...brick, dataBytes: bytes, accountBytes: accountOf(brick.provisioner, bytes) };
      });
    for (const path of this.#devices.keys()) {
      const more = grown
        .filter((brick) => brick.device === path)
        .reduce(
          (sum, brick) => sum + brick.accountBytes - (this.stored.get(keyOf(brick))?.accountBytes ?? 0n),
          0n,
        );
      if (more > this.#toStored(this.#device(path)).freeBytes)
        throw new Fault('exhausted', `device ${path} is full`);
    }
    for (const brick of grown) this.stored.set(keyOf(brick), brick);
  }

  async mountAll(): Promise<readonly { path: string; reason: string }[]> {
    return [];
  }

  #device(path: string): MemoryDevice {
    const device = this.#devices.get(path);
    if (device === undefined) throw new Fault('not-found', `device ${path} does not exist`);
    return device;
  }

  #toStored(device: MemoryDevice): StoredDevice {
    const bricks = [...this.stored.values()].filter((brick) => brick.device === device.path);
    const taken = this.snapshotsOn(device.path);
    const usedBytes = [...bricks, ...taken].reduce((sum, one) => sum + one.accountBytes, 0n);
    const freeBytes = device.totalBytes > usedBytes ? device.totalBytes - usedBytes : 0n;
    const fileSystem = { sizeBytes: device.totalBytes, availableBytes: freeBytes, owedBytes: 0n };
    return {
      ...device,
      ...fileSystem,
      usedBytes,
      freeBytes,
      bricks: bricks.length,
      snapshots: taken.length,
      snapshotBytes: taken.reduce((sum, one) => sum + one.accountBytes, 0n),
    };
  }

  #findReserved(token: string, request: BrickRequest): StoredBrick | undefined {
    const brick = this.stored.get(keyOf(request));
    if (brick !== undefined && brick.token !== token) {
      throw new Fault('busy', `another create holds brick ${keyOf(request)}`);
    }
    return brick;
  }

  #getReserved(token: string, request: BrickRequest): StoredBrick {
    const brick = this.#findReserved(token, request);
    if (brick === undefined) throw new Error(`brick ${keyOf(request)} was not stored`);
    return brick;
  }

  #own(volume: string, token: string): readonly StoredBrick[] {
    return [...this.stored.values()].filter((brick) => brick.volume === volume && brick.token === token);
  }

  #setState(bricks: readonly StoredBrick[], state: BrickState): void {
    for (const brick of bricks) this.stored.set(keyOf(brick), { ...brick, state });
  }
}

/** The key of `stored`. */
export function keyOf({ volume, subvol, brick }: Pick<StoredBrick, 'volume' | 'subvol' | 'brick'>): string {
  return `${volume}.${subvol}.${brick}`;
}

function toBrick(token: string, request: BrickRequest): StoredBrick {
  return {
    ...request,
    state: 'reserved',
    token,
    path: `${request.device}/bricks/${keyOf(request)}/fs/brick`,
    accountBytes: accountOf(request.provisioner, request.dataBytes),
    createdAt: Date.now(),
  };
}
