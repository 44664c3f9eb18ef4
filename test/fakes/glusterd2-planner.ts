import { randomUUID } from 'node:crypto';

/** A device as glusterd2 keeps it; sizes in bytes. */
export interface FakeDevice {
  readonly peerId: string;
  readonly path: string;
  readonly provisioner: 'lvm' | 'loop';
  state: 'enabled' | 'disabled';
  readonly totalBytes: number;
  freeBytes: number;
}

export interface FakePeer {
  readonly id: string;
  readonly host: string;
  readonly zone: string;
}

export interface FakeBrick {
  readonly id: string;
  readonly device: FakeDevice;
  readonly peer: FakePeer;
  readonly type: 'Brick' | 'Arbiter';
  bytes: number;
}

export interface Plan {
  readonly name: string;
  readonly provisioner: string;
  readonly size: number;
  readonly distribute: number;
  readonly replica: number;
  readonly arbiter: number;
  readonly data: number;
  readonly redundancy: number;
  readonly zones: readonly string[];
  readonly zonesOverlap: boolean;
}

/** A refusal in glusterd2's words. */
export class Refusal extends Error {
  readonly status: number;
  readonly fields: Record<string, string> | undefined;
  constructor(status: number, message: string, fields?: Record<string, string>) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

const MIN_BRICK = 20 * 1024 * 1024;
/** mkfs.xfs 6 and later. */
const MIN_XFS = 300 * 1024 * 1024;
const NO_SPACE = 'no space available or all the devices are not registered';

/** Chooses bricks as glusterd2's planner does, and takes their bytes. Sets of bricks, in order. */
export function placeBricks(
  plan: Plan,
  peers: readonly FakePeer[],
  devices: readonly FakeDevice[],
): FakeBrick[][] {
  const usable = devices.filter(
    (device) => device.provisioner === plan.provisioner && device.state === 'enabled',
  );
  if (usable.length === 0) {
    throw new Refusal(500, 'no devices registered or available for allocating bricks');
  }
  const zonesTaken = new Set<string>();
  const sets: FakeBrick[][] = [];
  try {
    for (let set = 0; set < plan.distribute; set += 1) {
      if (plan.zonesOverlap) zonesTaken.clear();
      const bricks: FakeBrick[] = [];
      sets.push(bricks);
      for (const { bytes, type } of brickSizes(plan)) bricks.push(place(bytes, type, zonesTaken));
    }
    checkXfs(sets.flat());
  } catch (error) {
    freeBricks(sets.flat());
    throw error;
  }
  return sets;

  function place(bytes: number, type: 'Brick' | 'Arbiter', taken: Set<string>): FakeBrick {
    const candidates = usable
      .map((device) => ({ device, peer: peers.find((peer) => peer.id === device.peerId) }))
      .filter(({ peer }) => peer !== undefined && !taken.has(peer.zone))
      .filter(({ peer }) => plan.zones.length === 0 || plan.zones.includes(peer?.zone ?? ''))
      .sort((a, b) => b.device.freeBytes - a.device.freeBytes);
    const chosen = candidates[0];
    if (chosen?.peer === undefined || chosen.device.freeBytes < bytes) throw new Refusal(500, NO_SPACE);
    taken.add(chosen.peer.zone);
    chosen.device.freeBytes -= bytes;
    return { id: randomUUID(), device: chosen.device, peer: chosen.peer, type, bytes };
  }
}

export function freeBricks(bricks: readonly FakeBrick[]): void {
  for (const brick of bricks) brick.device.freeBytes += brick.bytes;
}

function brickSizes(plan: Plan): { bytes: number; type: 'Brick' | 'Arbiter' }[] {
  const set = Math.floor(plan.size / plan.distribute);
  const bytes = plan.data > 0 ? Math.floor(set / plan.data) : set;
  if (bytes < MIN_BRICK) throw new Refusal(500, 'brick size is too small');
  const full = plan.data > 0 ? plan.data + plan.redundancy : Math.max(1, plan.replica);
  const sizes = Array.from({ length: full }, () => ({ bytes, type: 'Brick' as const }));
  if (plan.arbiter === 0) return sizes;
  const arbiter = Math.max((4 * set) / 65_536, Math.min(100 * 1024 * 1024, set));
  return [...sizes, { bytes: Math.ceil(arbiter), type: 'Arbiter' as const }];
}

function checkXfs(bricks: readonly FakeBrick[]): void {
  if (bricks.some((brick) => brick.bytes < MIN_XFS)) {
    throw new Refusal(500, 'exit status 1; Filesystem must be larger than 300MB.\nUsage: mkfs.xfs\n');
  }
}
