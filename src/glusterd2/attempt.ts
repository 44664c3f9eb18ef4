import type { z } from 'zod';
import { type Call, checkpoint } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import { limitTime } from '../control/limit-time.ts';
import { parseJson } from '../control/parse-json.ts';
import { log } from '../telemetry/log.ts';
import { faultOf, parseServerError, toFault } from './faults.ts';
import type { Pool } from './pool.ts';
import { ConnectFailure } from './send.ts';

/** One request, as it may be sent to any server of the cluster. */
export interface Exchange<T> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query, percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly reply: z.ZodType<T>;
  /** The thing, for messages: `volume pvc-1`. */
  readonly subject: string;
  readonly mutates: boolean;
  readonly timeoutMs: number;
}

export type Outcome<T> =
  | { readonly kind: 'reply'; readonly value: T }
  | {
      readonly kind: 'failed';
      readonly fault: Fault;
      /** Another server may be asked: nothing was changed, or nothing changes. */
      readonly elsewhere: boolean;
      /** The server is to blame, not the request. */
      readonly isServerBad: boolean;
    };

/** Sends the request to one server and reads its answer. Never throws for what a server or network does. */
export async function attempt<T>(
  pool: Pool,
  origin: string,
  exchange: Exchange<T>,
  call: Call,
): Promise<Outcome<T>> {
  const started = performance.now();
  const { method, path } = exchange;
  try {
    const { status, text } = await send(pool, origin, exchange, call);
    log.debug(
      { method, origin, path, status, ms: Math.round(performance.now() - started) },
      'gateway request',
    );
    return status >= 200 && status < 300
      ? readReply(origin, exchange, text)
      : readError(origin, exchange, status, text);
  } catch (error) {
    log.debug(
      { method, origin, path, err: error, ms: Math.round(performance.now() - started) },
      'gateway request',
    );
    return readFailure(origin, exchange, error, call);
  }
}

async function send(pool: Pool, origin: string, exchange: Exchange<unknown>, call: Call) {
  using limit = limitTime(call.signal, exchange.timeoutMs);
  return await pool.send(origin, exchange, limit.signal);
}

function readReply<T>(origin: string, exchange: Exchange<T>, text: string): Outcome<T> {
  const json = parseBody(text);
  const parsed = json === undefined ? undefined : exchange.reply.safeParse(json);
  if (parsed?.success === true) return { kind: 'reply', value: parsed.data };
  const issue = parsed?.error?.issues[0];
  const problem =
    issue === undefined
      ? 'is no JSON'
      : `does not fit at ${issue.path.join('.') || 'the top'}: ${issue.message}`;
  return badServer(origin, exchange, `its reply ${problem}; is it a glusterd2 or gateway?`);
}

function readError<T>(origin: string, exchange: Exchange<T>, status: number, text: string): Outcome<T> {
  const error = parseServerError(status, text);
  if (error === undefined) {
    const redirect = status >= 300 && status < 400 ? ' (redirects are not followed)' : '';
    return badServer(origin, exchange, `it answered ${status} and no error of glusterd2's${redirect}`);
  }
  const fault = toFault(error, exchange);
  // The gateway says `unreachable` only when nothing was changed: a glusterd that is down on that server.
  const elsewhere = fault.kind === 'unreachable' && (!exchange.mutates || faultOf(error) !== undefined);
  return { kind: 'failed', fault, elsewhere, isServerBad: elsewhere };
}

function readFailure<T>(origin: string, exchange: Exchange<T>, error: unknown, call: Call): Outcome<T> {
  if (error instanceof ConnectFailure) {
    const message = `${exchange.subject}: no connection to ${toHost(origin)} (${reasonOf(error.cause)})`;
    const fault = new Fault('unreachable', message, { cause: error });
    return { kind: 'failed', fault, elsewhere: true, isServerBad: true };
  }
  if (call.signal.aborted) {
    return { kind: 'failed', fault: overFault(call), elsewhere: false, isServerBad: false };
  }
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  const problem = isTimeout
    ? `it did not answer in ${exchange.timeoutMs} ms`
    : `it broke off (${reasonOf(error)})`;
  return badServer(origin, exchange, problem, error);
}

/** A change that was sent to a server that then failed may have been made: nobody else may be asked for it. */
function badServer<T>(origin: string, exchange: Exchange<T>, problem: string, cause?: unknown): Outcome<T> {
  const message = `${exchange.subject}: ${toHost(origin)} failed, ${problem}`;
  const fault = exchange.mutates
    ? new Fault('uncertain', `${message}; whether the change was made is unknown, retry`, { cause })
    : new Fault('unreachable', message, { cause });
  return { kind: 'failed', fault, elsewhere: !exchange.mutates, isServerBad: true };
}

function overFault(call: Call): Fault {
  try {
    checkpoint(call);
  } catch (error) {
    if (isFault(error)) return error;
  }
  return new Fault('cancelled', 'the caller went away');
}

/** A code where there is one (ECONNREFUSED, CERT_HAS_EXPIRED): messages of other layers hold more than users need. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message.slice(0, 100) : 'unknown error';
}

function toHost(origin: string): string {
  return `gateway ${new URL(origin).host}`;
}

/** An empty body (204, /ping) reads as null; undefined when it is no JSON. */
function parseBody(text: string): unknown {
  return text === '' ? null : parseJson(text);
}
