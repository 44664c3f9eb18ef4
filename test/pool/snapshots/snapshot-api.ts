import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { isFault } from '../../../src/control/fault.ts';
import type { RestClient } from '../../../src/glusterd2/http.ts';
import type { Deployment } from '../lab/deployment.ts';
import { Gateways, type GatewaysOptions } from '../lab/gateways.ts';
import type { Lab } from '../lab/lab.ts';
import { PATIENCE } from '../lab/patience.ts';
import { until } from '../lab/until.ts';
import { isHealed } from '../lab/until-healed.ts';

const CALL_MS = 120_000 * PATIENCE;

/** The gateways' API of a lab, and mounts of volumes on its first worker. */
export class SnapshotApi {
  readonly gateways: Gateways;
  readonly #lab: Lab;
  #client: RestClient;

  private constructor(lab: Lab, gateways: Gateways, client: RestClient) {
    this.#lab = lab;
    this.gateways = gateways;
    this.#client = client;
  }

  static async on(lab: Lab, options: GatewaysOptions = {}): Promise<SnapshotApi> {
    const gateways = await Gateways.on(lab, options);
    return new SnapshotApi(lab, gateways, await gateways.restClient(1));
  }

  /** On a lab that has gateways; who closes these closes this. */
  static async of({ lab, gatewayPool }: Deployment): Promise<SnapshotApi> {
    return new SnapshotApi(lab, gatewayPool, await gatewayPool.restClient(1));
  }

  /** Asks this server's gateway from now on: the one before is about to go down. */
  async through(server: number): Promise<void> {
    this.#client = await this.gateways.restClient(server);
  }

  async close(): Promise<void> {
    await this.gateways.close();
  }

  /** Makes a volume and starts it. */
  async volume(body: Readonly<Record<string, unknown>> & { readonly name: string }): Promise<void> {
    await this.post('/v1/volumes', body, z.unknown());
    await this.post(`/v1/volumes/${body.name}/start`, {}, z.unknown());
  }

  post<T>(path: string, body: unknown, reply: z.ZodType<T>, client = this.#client): Promise<T> {
    const call = { id: 'test', signal: AbortSignal.timeout(CALL_MS) };
    return client.request({ method: 'POST', path, body, reply, subject: path }, call);
  }

  get<T>(path: string, reply: z.ZodType<T>): Promise<T> {
    const call = { id: 'test', signal: AbortSignal.timeout(CALL_MS) };
    return this.#client.request({ method: 'GET', path, reply, subject: path }, call);
  }

  /** Until it is gone: clients that have just unmounted may still be known. */
  async delete(path: string): Promise<void> {
    const call = { id: 'test', signal: AbortSignal.timeout(CALL_MS) };
    await this.retried(
      () => this.#client.request({ method: 'DELETE', path, reply: z.unknown(), subject: path }, call),
      ['wrong-state'],
    );
  }

  /** As the sidecars do: again while the outcome is uncertain. */
  async retried<T>(act: () => Promise<T>, also: readonly 'wrong-state'[] = []): Promise<T> {
    const end = performance.now() + CALL_MS;
    for (;;) {
      try {
        return await act();
      } catch (error) {
        const again = isFault(error, 'busy', 'uncertain', 'unreachable', 'timed-out', ...also);
        if (!again || performance.now() > end) throw error;
      }
      await sleep(500);
    }
  }

  /** The path on the worker. */
  async mount(volume: string, name = volume): Promise<string> {
    const path = `/run/mnt-${name}`;
    const worker = this.#lab.worker(1);
    await worker.must(['mkdir', '-p', path]);
    await worker.must(['mount', '-t', 'glusterfs', `g1:/${volume}`, path]);
    return path;
  }

  async unmount(path: string): Promise<void> {
    await this.#lab.worker(1).must(['umount', path]);
  }

  /** What could not be healed at one try the daemons try again after ten minutes only, and renames take several. */
  async expectHealed(volume: string): Promise<void> {
    const server = this.#lab.server(1);
    const bricks = (await server.mustGluster(['volume', 'info', volume])).match(/^Brick\d+:/gm) ?? [];
    await until(
      `${volume} healed`,
      async () => {
        if (await isHealed(server, volume, bricks.length)) return true;
        await server.gluster(['volume', 'heal', volume]);
        return false;
      },
      { timeoutMs: 120_000, everyMs: 2_000 },
    );
  }
}
