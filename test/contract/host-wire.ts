import type { FaultKind } from '../../src/control/fault.ts';
import type { BlockHost } from '../../src/staging/block/block-host.ts';

export interface HostRequest {
  readonly id: number;
  readonly method: keyof BlockHost;
  /** Without the call. */
  readonly args: readonly unknown[];
}

export interface HostReply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly kind: FaultKind | undefined; readonly message: string };
}

/** JSON on one line; a bigint travels as `{"bigint":"1"}`. */
export function encode(message: HostRequest | HostReply): string {
  return JSON.stringify(message, (_, value: unknown) =>
    typeof value === 'bigint' ? { bigint: String(value) } : value,
  );
}

export function decode<T extends HostRequest | HostReply>(line: string): T {
  return JSON.parse(line, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'bigint' in value ? BigInt(String(value.bigint)) : value,
  ) as T;
}
