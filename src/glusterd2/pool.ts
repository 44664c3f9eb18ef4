import { Agent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { SecureContext } from 'node:tls';
import { type Message, type Reply, type Route, type SendLimits, StaleConnection, send } from './send.ts';

export interface PoolOptions extends Omit<SendLimits, 'signal'> {
  /** Holds the certificates that sign the servers' own; default the system's. */
  readonly secureContext: SecureContext | undefined;
}

export interface PoolMessage extends Message {
  readonly mutates: boolean;
}

/** Kept-alive connections to any number of servers. */
export interface Pool {
  /**
   * As `send.ts`. A message that changes nothing is sent once more, over a new connection, when the kept one
   * turns out to be stale; a change never is.
   */
  send(origin: string, message: PoolMessage, signal: AbortSignal): Promise<Reply>;
  /** Keeps no connection any longer, and returns once the requests under way are done. */
  close(): Promise<void>;
}

/** Sockets to one server at once; more requests wait for one of them. */
const MAX_SOCKETS = 64;
/**
 * How long an unused connection is kept. Shorter than any server is known to keep one (Node 5 s, the gateway
 * 65 s, Go without end): a change must not be sent into a connection that the server is closing.
 */
const IDLE_MS = 4_000;
/** Dropped this long before the time that the server's `Keep-Alive` header tells. */
const HINT_MARGIN_MS = 2_000;

const KEPT = { keepAlive: true, timeout: IDLE_MS, agentKeepAliveTimeoutBuffer: HINT_MARGIN_MS };

export function createPool({ secureContext, ...limits }: PoolOptions): Pool {
  const kept = createRoutes({ ...KEPT, maxSockets: MAX_SOCKETS }, secureContext);
  const single = createRoutes({ keepAlive: false, maxSockets: MAX_SOCKETS }, secureContext);
  // A count and not a set of promises: that makes the garbage collector carry each request along for long.
  let underWay = 0;
  let drained: PromiseWithResolvers<void> | undefined;

  async function sendOnce(origin: string, message: PoolMessage, signal: AbortSignal) {
    try {
      return await send(kept.to(origin), message, { ...limits, signal });
    } catch (error) {
      if (message.mutates || !(error instanceof StaleConnection)) throw error;
      return await send(single.to(origin), message, { ...limits, signal });
    }
  }

  return {
    async send(origin, message, signal) {
      underWay += 1;
      try {
        return await sendOnce(origin, message, signal);
      } finally {
        underWay -= 1;
        if (underWay === 0) drained?.resolve();
      }
    },
    async close() {
      kept.forget();
      if (underWay === 0) return;
      drained ??= Promise.withResolvers();
      await drained.promise;
    },
  };
}

/** The servers and the way to each, worked out once. */
function createRoutes(options: AgentOptions, secureContext: SecureContext | undefined) {
  const plain = new Agent(options);
  // A context made once, and not the certificates: those would be parsed again for each connection.
  const secure = new HttpsAgent({ ...options, ...(secureContext === undefined ? {} : { secureContext }) });
  const routes = new Map<string, Route>();
  return {
    to(origin: string): Route {
      const known = routes.get(origin);
      if (known !== undefined) return known;
      const { protocol, host, hostname, port } = new URL(origin);
      const isSecure = protocol === 'https:';
      const route = {
        isSecure,
        host,
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        agent: isSecure ? secure : plain,
      };
      routes.set(origin, route);
      return route;
    },
    /** Connections in use are closed when their requests are done. */
    forget() {
      for (const agent of [plain, secure]) {
        agent.maxFreeSockets = 0;
        for (const sockets of Object.values(agent.freeSockets))
          for (const socket of sockets ?? []) socket.destroy();
      }
    },
  };
}
