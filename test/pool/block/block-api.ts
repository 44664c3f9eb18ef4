import * as z from 'zod';
import {
  blockSnapshotInfo,
  blockSnapshotList,
  blockVolumeInfo,
  blockVolumeList,
} from '../../../src/glusterd2/block-wire.ts';
import type { RestClient } from '../../../src/glusterd2/http.ts';
import type { Deployment } from '../lab/deployment.ts';

const CALL_MS = 120_000;
const VOLUMES = '/v1/blockvolumes/virtblock';
const SNAPSHOTS = '/v1/blocksnapshots/virtblock';

/** Block volumes through the gateway of one server. */
export class BlockApi {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  static async through(deployment: Deployment, server: number): Promise<BlockApi> {
    return new BlockApi(await deployment.restClient(server));
  }

  create(name: string, size: bigint, more: object = {}) {
    return this.#post('', { name, size: Number(size), ...more }, blockVolumeInfo);
  }

  list() {
    return this.#client.request(
      { method: 'GET', path: VOLUMES, reply: blockVolumeList, subject: 'block volumes' },
      toCall(),
    );
  }

  get(name: string) {
    const path = `${VOLUMES}/${name}`;
    return this.#client.request({ method: 'GET', path, reply: blockVolumeInfo, subject: path }, toCall());
  }

  expand(name: string, size: bigint) {
    return this.#post(`/${name}/expand`, { size: Number(size) }, blockVolumeInfo);
  }

  publish(name: string, node: string, addresses: readonly string[]) {
    return this.#post(`/${name}/publish`, { node, addresses, readonly: false }, blockVolumeInfo);
  }

  async unpublish(name: string, node: string): Promise<void> {
    await this.#post(`/${name}/unpublish`, { node }, z.unknown());
  }

  /** With its hosting volume, if it is the last one there. */
  async delete(name: string): Promise<void> {
    const request = { path: `${VOLUMES}/${name}`, query: { prune: 'true' }, reply: z.unknown() } as const;
    await this.#client.request({ method: 'DELETE', ...request, subject: name }, toCall());
  }

  /** A snapshot of the block volume. */
  snapshot(name: string, volume: string) {
    const request = { method: 'POST', path: SNAPSHOTS, body: { name, volume } } as const;
    return this.#client.request({ ...request, reply: blockSnapshotInfo, subject: name }, toCall());
  }

  snapshots() {
    const request = { method: 'GET', path: SNAPSHOTS, reply: blockSnapshotList } as const;
    return this.#client.request({ ...request, subject: 'snapshots' }, toCall());
  }

  /** With its hosting volume, if it is the last one there. */
  async deleteSnapshot(name: string): Promise<void> {
    const request = { path: `${SNAPSHOTS}/${name}`, query: { prune: 'true' }, reply: z.unknown() } as const;
    await this.#client.request({ method: 'DELETE', ...request, subject: name }, toCall());
  }

  #post<T>(path: string, body: unknown, reply: z.ZodType<T>): Promise<T> {
    const request = { method: 'POST', path: `${VOLUMES}${path}`, body, reply, subject: path } as const;
    return this.#client.request(request, toCall());
  }
}

function toCall() {
  return { id: 'test', signal: AbortSignal.timeout(CALL_MS) };
}
