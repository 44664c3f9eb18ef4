import { destination, pino } from 'pino';
import { currentContext } from './context.ts';

/**
 * The process's one logger: JSON lines on stderr, the request's id and method mixed in. All secret fields
 * of csi.proto are named `secrets`; they and tokens are redacted wherever an object is logged.
 */
export const log = pino(
  {
    base: null,
    // A copy: pino writes the line's own fields into what it gets.
    mixin: () => ({ ...currentContext() }),
    redact: ['secrets', '*.secrets', 'authorization', '*.authorization', 'headers.authorization'],
  },
  destination({ fd: 2, sync: true }),
);
