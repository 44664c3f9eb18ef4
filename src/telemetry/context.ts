import { AsyncLocalStorage } from 'node:async_hooks';

/** Identity of the request in hand, for logs only: never deadlines, config or clients. */
export interface RequestContext {
  readonly requestId: string;
  readonly method: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` so that every log line written in it carries the context. */
export function withContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}
