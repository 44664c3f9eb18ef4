import type { Timestamp } from '../grpc/generated/google/protobuf/Timestamp.ts';

/** Exact to the millisecond, which is what a Date holds. */
export function toTimestamp(date: Date): Timestamp {
  const ms = date.getTime();
  const seconds = Math.floor(ms / 1000);
  return { seconds: String(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
}
