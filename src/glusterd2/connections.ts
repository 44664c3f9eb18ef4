import { Agent, buildConnector } from 'undici';
import { Fault } from '../control/fault.ts';
import { changingFile } from './changing-file.ts';

/** No connection came about (refused, no such host, TLS): the request was certainly not sent. */
export class ConnectFailure extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'ConnectFailure';
  }
}

export interface ConnectionOptions {
  /** Certificates that sign the servers' own; default the system's. */
  readonly caFile?: string | undefined;
  readonly connectTimeoutMs: number;
  /** A larger reply is broken off. */
  readonly maxReplyBytes: number;
  /** How long a look at the CA file holds. */
  readonly recheckMs?: number | undefined;
}

/** Kept-alive connections to any number of servers, made anew when the CA file changes. */
export interface Connections {
  /** Throws `unreachable` when the CA file cannot be used. */
  agent(): Promise<Agent>;
  close(): Promise<void>;
}

/** Sockets to one server at once; more requests wait for one of them. */
const MAX_SOCKETS = 64;

export function createConnections(options: ConnectionOptions): Connections {
  const { caFile } = options;
  const readCa =
    caFile === undefined
      ? () => Promise.resolve(undefined)
      : changingFile(caFile, ({ content }) => toCertificates(caFile, content), options.recheckMs);
  let current: { readonly ca: string | undefined; readonly agent: Agent } | undefined;
  return {
    async agent() {
      const ca = await readCa();
      if (current !== undefined && current.ca === ca) return current.agent;
      const old = current?.agent;
      current = { ca, agent: createAgent(ca, options) };
      // Closing waits for the requests that are under way; theirs is the only interest in how it ends.
      old?.close().catch(() => undefined);
      return current.agent;
    },
    close: async () => current?.agent.close(),
  };
}

function createAgent(ca: string | undefined, options: ConnectionOptions): Agent {
  const connect = buildConnector({
    timeout: options.connectTimeoutMs,
    ...(ca === undefined ? {} : { ca }),
  } as buildConnector.BuildOptions);
  return new Agent({
    connections: MAX_SOCKETS,
    pipelining: 1,
    maxResponseSize: options.maxReplyBytes,
    // The request's own signal bounds its whole time.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (target, done) =>
      connect(target, (error, socket) => {
        if (error === null) done(null, socket);
        else done(new ConnectFailure(error), null);
      }),
  });
}

function toCertificates(path: string, content: Buffer): string {
  const text = content.toString('utf8');
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Fault('unreachable', `CA file ${path} holds no certificate in PEM form; name one that does`);
  }
  return text;
}
