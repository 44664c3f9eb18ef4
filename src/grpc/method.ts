import { randomUUID } from 'node:crypto';
import type { handleUnaryCall, ServerUnaryCall } from '@grpc/grpc-js';
import type { Call } from '../control/call.ts';
import { describeCauses } from '../control/causes.ts';
import type { KeyedLocks } from '../control/locks.ts';
import { withContext } from '../telemetry/context.ts';
import { log } from '../telemetry/log.ts';
import { observeRpc } from '../telemetry/metrics.ts';
import { toCodeName, toFault, toStatus } from './status.ts';

/**
 * One RPC, typed from the wire to the reply. `decode` and `encode` are pure. Every RPC of every service takes
 * the same path: context, decode, locks, run, encode, one log line, faults to status.
 */
export interface Method<Wire, Request, Result, Reply> {
  /** Throws `invalid`, naming the field. */
  decode(wire: Wire): Request;
  /** Lock keys, all or none taken for the time of `run`; a method without says why. */
  keys?(request: Request): readonly string[];
  run(request: Request, call: Call): Promise<Result>;
  encode(result: Result): Reply;
  /** Asked every few seconds by who watches us: its success is logged at debug level only. */
  readonly isRoutine?: boolean;
}

/** Which RPC a method serves: `{ service: 'csi.v1.Node', method: 'NodeStageVolume' }`. */
export interface RpcName {
  readonly service: string;
  readonly method: string;
}

/** A method as the server sees it, whatever it makes of a request in between. */
export type AnyMethod<Wire, Reply> = Method<Wire, unknown, unknown, Reply>;

/**
 * The gRPC handler of a method. A client's cancel or deadline fires `Call.signal` and nothing else: by the
 * CSI specification the work goes on, so its locks are held until `run` has settled.
 */
export function toHandler<Wire, Reply>(
  name: RpcName,
  method: AnyMethod<Wire, Reply>,
  locks: KeyedLocks,
): handleUnaryCall<Wire, Reply> {
  return (grpcCall, callback) => {
    const call: Call = { id: randomUUID(), signal: toSignal(grpcCall) };
    withContext({ requestId: call.id, method: name.method }, async () => {
      const line = startLine(name, method.isRoutine === true);
      try {
        const reply = await perform(method, { wire: grpcCall.request, call, locks, line });
        callback(null, reply);
        line.end();
      } catch (error) {
        const answer = toStatus(error, call.id);
        callback(answer);
        line.end(toCodeName(answer.code), error);
      }
    });
  };
}

interface Performance<Wire> {
  readonly wire: Wire;
  readonly call: Call;
  readonly locks: KeyedLocks;
  readonly line: LogLine;
}

async function perform<Wire, Reply>(
  method: AnyMethod<Wire, Reply>,
  { wire, call, locks, line }: Performance<Wire>,
): Promise<Reply> {
  const request = method.decode(wire);
  const keys = method.keys?.(request) ?? [];
  line.keys = keys;
  using _held = locks.acquire(...keys);
  return method.encode(await method.run(request, call));
}

interface LogLine {
  keys: readonly string[];
  end(outcome?: string, error?: unknown): void;
}

/** The one line that each RPC leaves in the log, and its place in the metrics; errors are logged here, once, with what caused them. */
function startLine(name: RpcName, isRoutine: boolean): LogLine {
  const started = performance.now();
  return {
    keys: [],
    end(outcome = 'OK', error) {
      const ms = performance.now() - started;
      observeRpc({ ...name, code: outcome, seconds: ms / 1000 });
      const facts = { keys: this.keys, ms: Math.round(ms * 10) / 10, outcome };
      if (error === undefined) return isRoutine ? log.debug(facts, 'rpc') : log.info(facts, 'rpc');
      const fault = toFault(error);
      if (fault === undefined) return log.error({ ...facts, err: error }, 'rpc');
      log.info({ ...facts, fault: fault.kind, reason: fault.message, causes: describeCauses(fault) }, 'rpc');
    },
  };
}

function toSignal(grpcCall: ServerUnaryCall<unknown, unknown>): AbortSignal {
  const controller = new AbortController();
  grpcCall.on('cancelled', () => {
    const isOver = Number(grpcCall.getDeadline()) <= Date.now();
    controller.abort(
      isOver
        ? new DOMException('the deadline of the call passed', 'TimeoutError')
        : new DOMException('the caller went away', 'AbortError'),
    );
  });
  return controller.signal;
}
