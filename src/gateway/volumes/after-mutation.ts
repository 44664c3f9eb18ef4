import { Fault, isFault } from '../../control/fault.ts';

/** Kinds that callers take as "ask again", not as "nothing happened". */
const REPEATABLE = ['busy', 'uncertain', 'timed-out', 'cancelled'] as const;

/**
 * A failure after something was changed and not undone: whatever it was, the caller must ask again. The
 * driver takes `unreachable` as "nothing was changed", so that is none either.
 */
export function afterMutation(error: unknown, what: string): unknown {
  if (isFault(error, ...REPEATABLE)) return error;
  const reason = isFault(error) ? error.message : 'internal error';
  return new Fault('uncertain', `${what} was begun and not finished: ${reason}; retry`, { cause: error });
}
