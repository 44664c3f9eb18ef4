import type { BlockSpec } from '../volumes/block/block-backend.ts';
import type { BlockCreateRequestWire } from './block-wire.ts';
import { toClassFields, toWireBytes } from './create-request.ts';

/** The body of `POST /v1/blockvolumes/{provider}`. */
export function toBlockRequest(
  { name, capacityBytes, hosting, source }: BlockSpec,
  metadata: Readonly<Record<string, string>>,
): BlockCreateRequestWire {
  const request = { name, size: toWireBytes(capacityBytes), metadata: { ...metadata } };
  if (source !== undefined) {
    const from = source.kind === 'snapshot' ? { snapshot: source.name } : { volume: source.name };
    return { ...request, hostingvolume: source.hosting, source: from };
  }
  if (hosting.kind === 'named') return { ...request, hostingvolume: hosting.name };
  const { volumeClass, bytes } = hosting;
  return {
    ...request,
    ...(bytes === undefined ? {} : { hostvolsize: toWireBytes(bytes) }),
    hostvol: { ...toClassFields(volumeClass), options: { ...volumeClass.options } },
  };
}
