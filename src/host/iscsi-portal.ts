import { isIPv4, isIPv6 } from 'node:net';
import { Fault } from '../control/fault.ts';

export interface Portal {
  readonly address: string;
  readonly port: number;
}

const FORM = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):(\d{1,5})$/;

/** `10.0.0.1:3260`, `[fd00::1]:3260`. Throws `invalid`: names are not taken, because sessions tell addresses. */
export function parsePortal(text: string): Portal {
  const [, six, four, digits] = FORM.exec(text) ?? [];
  const address = six ?? four ?? '';
  const isAddress = six === undefined ? isIPv4(address) : isIPv6(address);
  const port = Number(digits);
  if (isAddress && port > 0 && port < 65_536) return { address, port };
  throw new Fault('invalid', `portal "${text.slice(0, 64)}" is no address and port, as 10.0.0.1:3260`);
}

export function formatPortal({ address, port }: Portal): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
