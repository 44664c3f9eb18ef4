import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { Call } from '../../src/control/call.ts';
import { Fault } from '../../src/control/fault.ts';
import { KeyedLocks } from '../../src/control/locks.ts';
import { type AnyMethod, toHandler } from '../../src/grpc/method.ts';
import { currentContext } from '../../src/telemetry/context.ts';

/** A call of grpc-js, as far as a handler needs it. */
class FakeCall extends EventTarget {
  readonly request = { volumeId: 'a' };
  deadline = Number.POSITIVE_INFINITY;
  on(name: string, listener: () => void): this {
    this.addEventListener(name, listener);
    return this;
  }
  getDeadline(): number {
    return this.deadline;
  }
}

type Reply = { readonly ok: true };
interface Outcome {
  readonly code: number;
  readonly details?: string;
  readonly reply?: Reply;
}

describe('method', () => {
  const locks = new KeyedLocks();

  /** Calls a method that does `run` under the lock "volume/a". */
  function invoke(run: (call: Call) => Promise<void>, call = new FakeCall()): Promise<Outcome> {
    const method: AnyMethod<{ volumeId: string }, Reply> = {
      decode: ({ volumeId }) => volumeId,
      keys: (request) => [`volume/${String(request)}`],
      run: (_request, given) => run(given),
      encode: () => ({ ok: true }),
    };
    const handler = toHandler({ service: 'test.Service', method: 'Test' }, method, locks);
    return new Promise((resolve) => {
      handler(call as unknown as Parameters<typeof handler>[0], (error, reply) => {
        if (error === null) resolve({ code: status.OK, ...(reply ? { reply } : {}) });
        else resolve({ code: error.code ?? -1, details: error.details ?? '' });
      });
    });
  }

  it('decodes, runs in a context of its own, and encodes', async () => {
    const seen: unknown[] = [];
    const outcome = await invoke(async (call) => {
      seen.push(currentContext(), call.id);
    });
    expect(outcome).to.deep.equal({ code: status.OK, reply: { ok: true } });
    expect(seen[0]).to.deep.equal({ requestId: seen[1], method: 'Test' });
  });

  it('keeps the lock until the work has stopped, though the client is gone', async () => {
    const gate = Promise.withResolvers<void>();
    const call = new FakeCall();
    let reason: unknown;
    const first = invoke(async ({ signal }) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason;
      });
      await gate.promise;
    }, call);
    call.dispatchEvent(new Event('cancelled'));
    expect(reason).to.have.property('name', 'AbortError');
    const second = await invoke(async () => {});
    expect(second.code).to.equal(status.ABORTED);
    expect(second.details).to.match(/volume\/a/);
    gate.resolve();
    expect((await first).code).to.equal(status.OK);
    expect((await invoke(async () => {})).code).to.equal(status.OK);
  });

  it('tells a deadline from a cancel', async () => {
    const call = new FakeCall();
    call.deadline = Date.now() - 1;
    let reason: unknown;
    await invoke(async ({ signal }) => {
      call.dispatchEvent(new Event('cancelled'));
      reason = signal.reason;
    }, call);
    expect(reason).to.have.property('name', 'TimeoutError');
  });

  it('frees the lock after a failure', async () => {
    const fail = async () => {
      throw new Fault('exhausted', 'no space; add devices');
    };
    for (let i = 0; i < 2; i += 1) {
      const outcome = await invoke(fail);
      expect(outcome).to.deep.equal({ code: status.RESOURCE_EXHAUSTED, details: 'no space; add devices' });
    }
  });

  it('tells nothing of a bug but the id of the request', async () => {
    let id = '';
    const outcome = await invoke(async (call) => {
      id = call.id;
      throw new TypeError('secret internals at /usr/src');
    });
    expect(outcome).to.deep.equal({ code: status.INTERNAL, details: `internal error, request ${id}` });
  });

  it('has the caller retry when a failure could not be undone', async () => {
    const outcome = await invoke(async () => {
      await using stack = new AsyncDisposableStack();
      stack.defer(() => {
        throw new Error('the undo failed');
      });
      throw new Fault('exhausted', 'no space');
    });
    expect(outcome.code).to.equal(status.UNAVAILABLE);
    expect(outcome.details).not.to.match(/the undo failed/);
  });

  it('sends only text that a header can carry', async () => {
    const outcome = await invoke(async () => {
      throw new Fault('invalid', `\ud83d${'x'.repeat(5000)}`);
    });
    expect(() => encodeURI(outcome.details ?? '')).not.to.throw();
    expect(outcome.details).to.have.length(2000);
  });
});
