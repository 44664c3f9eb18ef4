import type { HostingClass } from '../../src/volumes/block/block-backend.ts';

/** What the contracts of block volumes ask of hosting volumes. */
export const THREE_COPIES: HostingClass = {
  kind: 'shaped',
  volumeClass: {
    layout: { kind: 'replica', copies: 3, distribute: 1 },
    brickType: 'loop',
    zones: [],
    options: {},
  },
  bytes: undefined,
};
