import * as z from 'zod';
import { isFault } from '../../../src/control/fault.ts';
import type { RestClient } from '../../../src/glusterd2/http.ts';
import { type IscsiVolumeInfo, iscsiVolumeInfo } from '../../../src/glusterd2/iscsi-wire.ts';
import type { Gateways } from '../../pool/lab/gateways.ts';
import { PATIENCE } from '../../pool/lab/patience.ts';
import { until } from '../../pool/lab/until.ts';

const CALL_MS = 120_000 * PATIENCE;
const VOLUMES = '/v1/blockvolumes/lio';

/** Block volumes of provider lio through the gateway of one server. */
export class LioApi {
  readonly #client: RestClient;

  private constructor(client: RestClient) {
    this.#client = client;
  }

  static async through(gateways: Gateways, server: number): Promise<LioApi> {
    return new LioApi(await gateways.restClient(server));
  }

  create(name: string, size: bigint): Promise<IscsiVolumeInfo> {
    return this.#post('', { name, size: Number(size), hostvolsize: 1024 ** 3 }, iscsiVolumeInfo);
  }

  publish(name: string, body: object): Promise<IscsiVolumeInfo> {
    return this.#post(`/${name}/publish`, body, iscsiVolumeInfo);
  }

  expand(name: string, size: bigint): Promise<IscsiVolumeInfo> {
    return this.#post(`/${name}/expand`, { size: Number(size) }, iscsiVolumeInfo);
  }

  move(name: string, to?: string): Promise<IscsiVolumeInfo> {
    return this.#post(`/${name}/move`, to === undefined ? {} : { to }, iscsiVolumeInfo);
  }

  async unpublish(name: string, node: string): Promise<void> {
    await this.#post(`/${name}/unpublish`, { node }, z.unknown());
  }

  async delete(name: string): Promise<void> {
    const path = `${VOLUMES}/${name}`;
    const request = { method: 'DELETE', path, query: { prune: 'true' }, reply: z.unknown() } as const;
    await retried(() => this.#client.request({ ...request, subject: name }, toCall()));
  }

  #post<T>(path: string, body: unknown, reply: z.ZodType<T>): Promise<T> {
    const request = { method: 'POST', path: `${VOLUMES}${path}`, body, reply, subject: path } as const;
    return retried(() => this.#client.request(request, toCall()));
  }
}

/** As the sidecars do: again while the outcome is uncertain. */
async function retried<T>(act: () => Promise<T>): Promise<T> {
  const results: T[] = [];
  const attempt = async () => {
    try {
      results.push(await act());
      return true;
    } catch (error) {
      if (isFault(error, 'busy', 'uncertain', 'unreachable', 'timed-out')) return false;
      throw error;
    }
  };
  await until('the request succeeds', attempt, { everyMs: 500, timeoutMs: CALL_MS });
  return results[0] as T;
}

function toCall() {
  return { id: 'test', signal: AbortSignal.timeout(CALL_MS) };
}
