import { isFault } from './fault.ts';

const MOST = 8;

/**
 * What led to an error, for its one line in the log: the chain of causes, and both halves of a failure whose
 * undo failed too. Whatever is not a Fault was not foreseen, and is told with its stack.
 */
export function describeCauses(error: Error): string[] {
  const told: string[] = [];
  const waiting: unknown[] = next(error);
  while (waiting.length > 0 && told.length < MOST) {
    const cause = waiting.shift();
    if (!(cause instanceof Error)) continue;
    told.push(isFault(cause) ? `${cause.kind}: ${cause.message}` : (cause.stack ?? String(cause)));
    waiting.push(...next(cause));
  }
  return told;
}

function next(error: Error): unknown[] {
  const halves = error.name === 'SuppressedError' ? error : {};
  return [error.cause, Reflect.get(halves, 'error'), Reflect.get(halves, 'suppressed')];
}
