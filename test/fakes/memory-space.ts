import type { Layout } from '../../src/volumes/spec.ts';

/** Bytes on the devices for so many of a volume. */
export function onDevices(layout: Layout, bytes: bigint): bigint {
  const { bricks, data } = shapeOf(layout);
  return (bytes * bricks + data - 1n) / data;
}

/** Bricks with a full share, and how many of them hold different data. */
export function shapeOf(layout: Layout): { bricks: bigint; data: bigint } {
  switch (layout.kind) {
    case 'plain':
      return { bricks: 1n, data: 1n };
    case 'replica':
      return { bricks: BigInt(layout.copies), data: 1n };
    case 'arbiter':
      return { bricks: 2n, data: 1n };
    case 'disperse':
      return { bricks: BigInt(layout.data + layout.redundancy), data: BigInt(layout.data) };
    default:
      return layout satisfies never;
  }
}
