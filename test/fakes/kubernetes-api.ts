import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixtures = fileURLToPath(new URL('../fixtures/tls/', import.meta.url));

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
}

export interface StoredEvent {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly involvedObject: Readonly<Record<string, string>>;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** What the server does with the next request, in place of what it should. */
export type Mishap =
  | { readonly status: number; readonly retryAfter?: string; readonly store?: boolean }
  | 'hang';

/** As much of Kubernetes' API as events take, over TLS, for one service account whose token can be replaced. */
export class FakeKubernetes implements AsyncDisposable {
  readonly accountDirectory = mkdtempSync(join(tmpdir(), 'gluster-csi-account-'));
  readonly pods: Pod[] = [];
  readonly events: StoredEvent[] = [];
  readonly requests: string[] = [];
  readonly mishaps: Mishap[] = [];
  /** Called in turn, one a request, before the token is looked at. */
  readonly before: (() => void)[] = [];
  #token = '';
  readonly #server = createServer(
    { cert: readFileSync(`${fixtures}server.pem`), key: readFileSync(`${fixtures}server-key.pem`) },
    (request, response) => void this.#serve(request, response),
  );

  static async start(): Promise<FakeKubernetes> {
    const fake = new FakeKubernetes();
    fake.rotate('first');
    fake.trust('ca.pem');
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  /** Takes only this token from now on; it is in the pod's file, too, unless kubelet is late. */
  rotate(token: string, { written = true } = {}): void {
    this.#token = token;
    if (written) this.#write('token', token);
  }

  /** Which CA the pod's file holds. */
  trust(fixture: string): void {
    this.#write('ca.crt', readFileSync(`${fixtures}${fixture}`, 'utf8'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.accountDirectory, { recursive: true });
  }

  /** By renaming, as kubelet does. */
  #write(name: string, text: string): void {
    writeFileSync(join(this.accountDirectory, 'next'), text);
    renameSync(join(this.accountDirectory, 'next'), join(this.accountDirectory, name));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${decodeURIComponent(url)}`);
    this.before.shift()?.();
    if (request.headers.authorization !== `Bearer ${this.#token}`) return answer(response, 401, {});
    const mishap = this.mishaps.shift();
    if (mishap === 'hang') return;
    if (mishap?.store === true) this.#store(text, url);
    if (mishap !== undefined) {
      if (mishap.retryAfter !== undefined) response.setHeader('Retry-After', mishap.retryAfter);
      return answer(response, mishap.status, { kind: 'Status' });
    }
    if (method === 'POST') return answer(response, this.#store(text, url), {});
    answer(response, 200, this.#list(new URL(url, 'https://kubernetes').searchParams));
  }

  /** As the API server: an event lies where its object does, and has a name of its own. */
  #store(text: string, url: string): number {
    const event = JSON.parse(text) as StoredEvent;
    const { name, namespace } = event.metadata;
    if (url !== `/api/v1/namespaces/${namespace}/events`) return 400;
    const { kind, namespace: of } = event.involvedObject;
    if (namespace !== (kind === 'Node' ? 'default' : of)) return 422;
    if (Buffer.byteLength(event.message) > 1024) return 422;
    if (this.events.some(({ metadata }) => metadata.name === name)) return 409;
    this.events.push(event);
    return 201;
  }

  #list(query: URLSearchParams): unknown {
    const [, node] = query.get('fieldSelector')?.split('spec.nodeName=') ?? [];
    const items = this.pods
      .filter((pod) => pod.node === node)
      .map(({ namespace, name, uid }) => ({ metadata: { namespace, name, uid } }));
    return { kind: 'PartialObjectMetadataList', items };
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
