import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { Exchange } from '../volumes/backend.ts';
import type { VolumeName } from '../volumes/ids.ts';
import type { Additions } from './additions.ts';
import type { RestClient } from './http.ts';
import { ADDITIONS, volumeInfo } from './wire.ts';

/** `Backend.canExchange`: what the servers list. */
export function canExchange(additions: Additions, call: Call): Promise<boolean> {
  return additions.choose(ADDITIONS.exchange, call, {
    extended: async () => true,
    plain: async () => false,
  });
}

/** `Backend.exchangeMetadata`. glusterd2's own edit takes no condition, and two at once would lose one. */
export function exchangeMetadata(
  client: RestClient,
  additions: Additions,
  { name, expected, metadata }: Exchange & { readonly name: VolumeName },
  call: Call,
): Promise<boolean> {
  return additions.choose(ADDITIONS.exchange, call, {
    async extended() {
      const path = `/v1/volumes/${name}/edit`;
      const body = { metadata, expected };
      try {
        await client.request(
          { method: 'POST', path, body, reply: volumeInfo, subject: `volume ${name}` },
          call,
        );
        return true;
      } catch (error) {
        if (isFault(error, 'conflict')) return false;
        throw error;
      }
    },
    plain: async () => {
      throw new Fault('unsupported', 'glusterd2 cannot exchange metadata safely; install the gateway');
    },
  });
}
