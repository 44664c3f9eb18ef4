import { randomUUID } from 'node:crypto';
import { Refusal } from './glusterd2-planner.ts';
import { type FakeVolume, toInfo } from './glusterd2-state.ts';

interface FakeSnapshot {
  readonly parent: string;
  /** The volume as it was. */
  readonly volume: FakeVolume;
  readonly description: string;
  readonly created: string;
}

/**
 * glusterd2's snapshots, by its source: of LVM bricks that are up, not active when new, with the source's
 * metadata and none of their own. Thin, so that they take no space.
 */
export class Glusterd2Snapshots {
  readonly #volumes: Map<string, FakeVolume>;
  readonly #snapshots = new Map<string, FakeSnapshot>();

  constructor(volumes: Map<string, FakeVolume>) {
    this.#volumes = volumes;
  }

  get names(): readonly string[] {
    return [...this.#snapshots.keys()];
  }

  create(body: Readonly<Record<string, unknown>>): object {
    const [name, parent] = [String(body['snapname'] ?? ''), String(body['volname'] ?? '')];
    if (!/^[a-zA-Z0-9_-]+$/.test(name)) throw new Refusal(400, 'invalid snapshot name');
    const source = this.#volumes.get(parent);
    if (source === undefined) throw new Refusal(422, 'volume not found');
    if (this.#snapshots.has(name)) throw new Refusal(409, 'snapshot already exists');
    if (this.#volumes.has(name)) throw new Refusal(409, 'volume already exists');
    if (source.plan.provisioner === 'loop') throw new Refusal(500, 'snapshot not supported');
    if (source.state !== 'Started') throw new Refusal(500, 'a txn step failed', OFFLINE);
    const volume = copyOf(source, name);
    this.#snapshots.set(name, {
      parent,
      volume,
      description: String(body['description'] ?? ''),
      created: new Date().toISOString(),
    });
    source.snapshots.push(name);
    return this.info(name);
  }

  /** In no order, as a Go map has it. */
  list(parent: string | undefined): object[] {
    if (parent !== undefined && !this.#volumes.has(parent)) throw new Refusal(404, 'volume not found');
    const parents = [...new Set([...this.#snapshots.values()].map((one) => one.parent))].reverse();
    return parents
      .filter((one) => parent === undefined || one === parent)
      .map((one) => ({
        parentname: one,
        snaps: this.names.filter((name) => this.#get(name).parent === one).map((name) => this.info(name)),
      }));
  }

  info(name: string): object {
    const { volume, parent, description, created } = this.#get(name);
    return { snapinfo: toInfo(volume), parentname: parent, description, 'created-at': created };
  }

  activate(name: string): object {
    const { volume } = this.#get(name);
    if (volume.state === 'Started') throw new Refusal(400, 'snapshot already activated');
    volume.state = 'Started';
    return this.info(name);
  }

  clone(name: string, cloneName: string): object {
    const { volume } = this.#get(name);
    if (this.#volumes.has(cloneName)) throw new Refusal(400, 'A volume with the same clone name exist.');
    if (volume.state !== 'Started') {
      throw new Refusal(400, 'Snapshot must be in started state before cloning.');
    }
    const clone = copyOf(volume, cloneName);
    this.#volumes.set(cloneName, clone);
    return toInfo(clone);
  }

  delete(name: string): void {
    const { parent } = this.#get(name);
    const names = this.#volumes.get(parent)?.snapshots ?? [];
    names.splice(names.indexOf(name), 1);
    this.#snapshots.delete(name);
  }

  #get(name: string): FakeSnapshot {
    const snapshot = this.#snapshots.get(name);
    if (snapshot === undefined) throw new Refusal(404, 'snapshot not found');
    return snapshot;
  }
}

const OFFLINE = {
  error: 'one or more brick is offline',
  'peer-id': '00000000-0000-0000-0000-000000000000',
  step: 'snap-create.Validate',
};

/** With bricks of its own that take no space until they differ. */
function copyOf(volume: FakeVolume, name: string): FakeVolume {
  const sets = volume.sets.map((bricks) => bricks.map((brick) => ({ ...brick, id: randomUUID(), bytes: 0 })));
  const plan = { ...volume.plan, name };
  return { ...volume, id: randomUUID(), plan, sets, snapshots: [], state: 'Created' };
}
