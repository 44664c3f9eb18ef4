import { isFault } from '../control/fault.ts';
import { log } from './log.ts';

/** Resolves undefined when all is well, else the reason, in words that anybody may read. A rejection is ill health too. */
export type IsHealthy = () => Promise<string | undefined>;

/** Below kubelet's own deadline for a probe, as the chart sets it. */
const ANSWER_MS = 3_000;

/** Healthy when each check says so; the first reason otherwise. */
export function allOf(...checks: readonly IsHealthy[]): IsHealthy {
  return async () => {
    const reasons = await Promise.all(checks.map((check) => check()));
    return reasons.find((reason) => reason !== undefined);
  };
}

/** The check's answer, in bounded time. Of errors that are no Faults only the log has the text. */
export async function checkHealth(
  isHealthy: IsHealthy,
  timeoutMs: number = ANSWER_MS,
): Promise<string | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(`no answer within ${timeoutMs} ms`), timeoutMs);
  try {
    const reason = await Promise.race([isHealthy(), late]);
    if (reason !== undefined) log.warn({ reason }, 'not healthy');
    return reason;
  } catch (error) {
    log.warn({ err: error }, 'not healthy');
    return isFault(error) ? error.message : 'the check failed; the log tells why';
  } finally {
    clearTimeout(timer);
  }
}
