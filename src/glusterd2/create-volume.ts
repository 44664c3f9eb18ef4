import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { Backend, Capacity } from '../volumes/backend.ts';
import type { VolumeName } from '../volumes/ids.ts';
import type { Volume, VolumeClass, VolumeSpec } from '../volumes/spec.ts';
import { toCreateRequest } from './create-request.ts';
import { faultOf, ServerError } from './faults.ts';
import type { RestClient } from './http.ts';
import { volumeInfo } from './wire.ts';

/** What the create asks for when glusterd2 has refused it. */
export interface Questions {
  find(name: VolumeName, call: Call): Promise<Volume | undefined>;
  capacity(volumeClass: VolumeClass, call: Call): Promise<Capacity>;
}

/** `Backend.create`: one request, and further ones only when glusterd2 says that there is no space. */
export async function createVolume(
  client: RestClient,
  questions: Questions,
  [spec, metadata, call]: Parameters<Backend['create']>,
): Promise<'created' | 'exists'> {
  const body = toCreateRequest(spec, metadata);
  const subject = `volume ${spec.name}`;
  try {
    await client.request({ method: 'POST', path: '/v1/volumes', body, reply: volumeInfo, subject }, call);
    return 'created';
  } catch (error) {
    if (isFault(error, 'conflict')) return 'exists';
    if (!isGlusterd2Full(error)) throw error;
    // It may have looked for space before it looked for the name, which a lost answer of ours may have taken.
    if ((await questions.find(spec.name, call)) !== undefined) return 'exists';
    throw await withLargest(error, questions, spec, call);
  }
}

/** glusterd2 does not say how much there is, the gateway does. */
function isGlusterd2Full(error: unknown): error is Fault {
  return (
    isFault(error, 'exhausted') && error.cause instanceof ServerError && faultOf(error.cause) === undefined
  );
}

async function withLargest(fault: Fault, questions: Questions, spec: VolumeSpec, call: Call): Promise<Fault> {
  try {
    const { maximumVolumeBytes } = await questions.capacity(spec, call);
    const largest = `the largest that could fit has ${maximumVolumeBytes} bytes`;
    return new Fault('exhausted', `${fault.message}; ${largest}`, { cause: fault.cause });
  } catch {
    // What was asked for is already refused; that it cannot be said better changes nothing.
    return fault;
  }
}
