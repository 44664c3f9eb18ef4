import { Fault } from '../control/fault.ts';
import type { Layout, VolumeClass, VolumeSpec } from '../volumes/spec.ts';
import type { VolumeCreateRequestWire } from './wire.ts';

/** The body of `POST /v1/volumes` for a volume by size. */
export function toCreateRequest(
  spec: VolumeSpec,
  metadata: Readonly<Record<string, string>>,
): VolumeCreateRequestWire {
  return {
    name: spec.name,
    size: toWireBytes(spec.capacityBytes),
    ...toClassFields(spec),
    // Else glusterd2 uses a zone once a volume, and two sets of three would need six zones.
    ...(spec.layout.distribute > 1 ? { 'subvolume-zones-overlap': true } : {}),
    options: { ...spec.options },
    metadata: { ...metadata },
  };
}

/** What a create and a question for capacity have in common. */
export function toClassFields(volumeClass: VolumeClass) {
  return {
    provisioner: volumeClass.brickType,
    ...toLayoutFields(volumeClass.layout),
    distribute: volumeClass.layout.distribute,
    ...(volumeClass.zones.length > 0 ? { 'limit-zones': [...volumeClass.zones] } : {}),
  };
}

/** JSON has no bigint. Throws `out-of-range` above 2^53 - 1, which is 8 PiB. */
export function toWireBytes(bytes: bigint): number {
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Fault('out-of-range', `a volume of ${bytes} bytes is too large; the most is 8 PiB`);
  }
  return Number(bytes);
}

/** An arbiter comes on top of the data bricks in glusterd2's count: two copies and an arbiter are 2 and 1. */
function toLayoutFields(layout: Layout) {
  switch (layout.kind) {
    case 'plain':
      return {};
    case 'replica':
      return { replica: layout.copies };
    case 'arbiter':
      return { replica: 2, arbiter: 1 };
    case 'disperse':
      return {
        disperse: layout.data + layout.redundancy,
        'disperse-data': layout.data,
        'disperse-redundancy': layout.redundancy,
      };
    default:
      return layout satisfies never;
  }
}
