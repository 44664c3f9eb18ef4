import * as z from 'zod';
import type { Reply } from './reply.ts';
import { element } from './reply.ts';

export interface GlusterOption {
  readonly name: string;
  /** Empty when the option has no value at all. */
  readonly value: string;
  readonly isDefault: boolean;
}

const body = z.object({
  volGetopts: element(
    z.object({ Opt: z.array(z.object({ Option: z.string(), Value: z.string() })).default([]) }),
  ),
});
const DEFAULT = ' (DEFAULT)';

/** Reads `volume get NAME all|OPTION --xml`. Throws a ZodError when its form is unknown. */
export function parseVolumeGet(reply: Reply): readonly GlusterOption[] {
  return body.parse(reply.body).volGetopts.Opt.map(({ Option, Value }) => {
    const isDefault = Value.endsWith(DEFAULT);
    const value = isDefault ? Value.slice(0, -DEFAULT.length) : Value;
    return { name: Option, value: value === '(null)' ? '' : value, isDefault };
  });
}
