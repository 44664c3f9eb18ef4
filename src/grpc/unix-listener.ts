import { once } from 'node:events';
import { chmodSync, lstatSync, mkdirSync, type Stats, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { Fault, invalid } from '../control/fault.ts';
import { log } from '../telemetry/log.ts';

/** sun_path has 108 bytes, the last of them 0. */
const MAX_PATH = 107;
const WATCH_MS = 1_000;

/** The path of `unix:///path` or `unix:/path`. Throws `invalid`. */
export function parseEndpoint(endpoint: string): string {
  const path = /^unix:(?:\/\/)?(\/[^/].*)$/.exec(endpoint)?.[1];
  if (path === undefined) throw invalid('endpoint', `"${endpoint}" is no unix:///path; give one`);
  if (Buffer.byteLength(path) > MAX_PATH || path.includes('\0')) {
    throw invalid('endpoint', `a socket's path has at most ${MAX_PATH} bytes; shorten it`);
  }
  return path;
}

/**
 * Listens on a Unix socket that only this user may use, and listens anew when somebody deletes the socket
 * (a cleaned-up directory would otherwise cut the plugin off until its restart). A socket that nobody
 * listens on is replaced. Throws `conflict` when somebody does, or when the path is something else.
 */
export class UnixListener implements Disposable {
  readonly path: string;
  readonly #onConnection: (socket: Socket) => void;
  #server: Server | undefined;
  #inode: bigint | undefined;
  #watch: NodeJS.Timeout | undefined;
  #isDisposed = false;

  private constructor(path: string, onConnection: (socket: Socket) => void) {
    this.path = path;
    this.#onConnection = onConnection;
  }

  static async listen(path: string, onConnection: (socket: Socket) => void): Promise<UnixListener> {
    const listener = new UnixListener(path, onConnection);
    await listener.#bind();
    listener.#watchAgain();
    return listener;
  }

  /** Takes no more connections; those there are go on. Removes the socket if it is still ours. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#watch);
    this.#closeServer();
  }

  async #bind(): Promise<void> {
    const server = createServer(this.#onConnection);
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      await removeStaleSocket(this.path);
      await once(server.listen(this.path), 'listening');
    } catch (error) {
      throw toBindFault(this.path, error);
    }
    server.on('error', (error) => log.error({ err: error, path: this.path }, 'socket failed'));
    chmodSync(this.path, 0o600);
    this.#server = server;
    this.#inode = inodeOf(this.path);
    if (this.#isDisposed) this.#closeServer();
  }

  #watchAgain(): void {
    if (this.#isDisposed) return;
    this.#watch = setTimeout(() => {
      this.#rebindIfGone().then(() => this.#watchAgain());
    }, WATCH_MS).unref();
  }

  async #rebindIfGone(): Promise<void> {
    try {
      if (inodeOf(this.path) !== undefined) return;
      log.warn({ path: this.path }, 'the socket is gone; listening anew');
      this.#closeServer();
      await this.#bind();
    } catch (error) {
      log.error({ err: error, path: this.path }, 'cannot listen anew; trying again');
    }
  }

  /** libuv unlinks the path when it closes the handle, also when the socket there is another process's by now. */
  #closeServer(): void {
    const found = inodeOf(this.path);
    if (found === undefined || found === this.#inode) this.#server?.close();
    else this.#server?.unref();
    this.#server = undefined;
  }
}

function inodeOf(path: string): bigint | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

async function removeStaleSocket(path: string): Promise<void> {
  const found: Stats | undefined = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new Fault('conflict', `${path} is there and is no socket; move it away or choose another endpoint`);
  }
  if (await isListenedOn(path)) {
    throw new Fault('conflict', `another process listens on ${path}; stop it or choose another endpoint`);
  }
  unlinkSync(path);
}

function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    // ECONNREFUSED and ENOENT: nobody. Anything else (EACCES, EAGAIN) may hide somebody.
    probe.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}

function toBindFault(path: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return new Fault(
    code === 'EADDRINUSE' ? 'conflict' : 'invalid',
    `cannot listen on ${path}: ${code}; check the folder and its owner`,
    { cause: error },
  );
}
