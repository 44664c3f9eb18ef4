import * as z from 'zod';
import type { ClusterConfig } from '../config.ts';
import type { Call } from '../control/call.ts';
import { invalid, isFault } from '../control/fault.ts';
import type { Backend, Capacity, VolumePage } from '../volumes/backend.ts';
import type { VolumeName } from '../volumes/ids.ts';
import type { VolumeClass } from '../volumes/spec.ts';
import { type Additions, createAdditions } from './additions.ts';
import { toClassFields } from './create-request.ts';
import { createVolume, type Questions } from './create-volume.ts';
import { deleteVolume, says } from './delete-volume.ts';
import { toCapacity } from './device-capacity.ts';
import { deviceList } from './device-wire.ts';
import { canExchange, exchangeMetadata } from './exchange-metadata.ts';
import { createClient, type RestClient } from './http.ts';
import { keyFile } from './key-file.ts';
import { resizeVolume } from './resize-volume.ts';
import { toSnapshotBackend } from './snapshots.ts';
import { toVolume } from './to-volume.ts';
import { ADDITIONS, capacityReply, peerList, volumeInfo, volumeList } from './wire.ts';

export interface RestBackend extends Backend {
  /** Ends the kept connections once the requests under way are done. */
  close(): Promise<void>;
}

/**
 * A cluster's storage over glusterd2's REST API, as real glusterd2 and the gateway both serve it.
 * Throws `invalid` when the cluster's configuration cannot do.
 */
export function createBackend(cluster: ClusterConfig): RestBackend {
  if (cluster.secretFile === undefined) {
    throw invalid(`clusters[${cluster.name}].secretFile`, 'is needed to sign requests; name the key file');
  }
  const client = createClient({
    baseUrls: cluster.gateways,
    issuer: cluster.user,
    key: keyFile(cluster.secretFile),
    ca: cluster.caFile,
    insecure: cluster.insecure,
    timeoutMs: cluster.timeoutMs,
  });
  return toBackend(client);
}

/** The Backend that a client's servers make. */
export function toBackend(client: RestClient): RestBackend {
  const additions = createAdditions(client);
  const questions: Questions = {
    find: (name, call) => find(client, name, call),
    capacity: (volumeClass, call) => capacity(client, additions, volumeClass, call),
  };
  return {
    ...questions,
    ...toSnapshotBackend(client, additions),
    create: (...request) => createVolume(client, questions, request),
    start: (name, call) => start(client, name, call),
    delete: (name, call, mark) => deleteVolume(client, name, mark, call),
    canExchange: (call) => canExchange(additions, call),
    exchangeMetadata: (name, exchange, call) =>
      exchangeMetadata(client, additions, { name, ...exchange }, call),
    resize: (name, capacityBytes, call) => resizeVolume(client, additions, { name, capacityBytes }, call),
    list: (query, call) => list(client, query, call),
    async ping(call) {
      await client.request({ method: 'GET', path: '/ping', reply: z.unknown(), subject: 'ping' }, call);
    },
    close: () => client.close(),
  };
}

async function find(client: RestClient, name: VolumeName, call: Call) {
  try {
    const path = `/v1/volumes/${name}`;
    return toVolume(
      await client.request({ method: 'GET', path, reply: volumeInfo, subject: `volume ${name}` }, call),
    );
  } catch (error) {
    if (isFault(error, 'not-found')) return undefined;
    throw error;
  }
}

/** Forced, so that bricks which are down in a started volume come up too. */
async function start(client: RestClient, name: VolumeName, call: Call): Promise<void> {
  const body = { 'force-start-bricks': true };
  const path = `/v1/volumes/${name}/start`;
  const subject = `volume ${name}`;
  try {
    await client.request({ method: 'POST', path, body, reply: volumeInfo, subject }, call);
  } catch (error) {
    if (!says(error, /already started/)) throw error;
  }
}

/**
 * One more than asked for tells whether there are more. glusterd2 knows no pages and sends all: order, begin and
 * end are therefore made here in any case.
 */
async function list(
  client: RestClient,
  { key, value, after, limit }: Parameters<Backend['list']>[0],
  call: Call,
): Promise<VolumePage> {
  const page = { limit: String(limit + 1), ...(after === '' ? {} : { after }) };
  const infos = await client.request(
    {
      method: 'GET',
      path: '/v1/volumes',
      query: { key, value, ...page },
      reply: volumeList,
      subject: 'volumes',
    },
    call,
  );
  const volumes = infos
    .map(toVolume)
    .filter((volume) => volume !== undefined)
    .filter((volume) => volume.name > after)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { volumes: volumes.slice(0, limit), more: volumes.length > limit };
}

async function capacity(
  client: RestClient,
  additions: Additions,
  volumeClass: VolumeClass,
  call: Call,
): Promise<Capacity> {
  const subject = 'capacity';
  return additions.choose(ADDITIONS.capacity, call, {
    async extended() {
      const body = toClassFields(volumeClass);
      const path = '/v1/capacity';
      const reply = await client.request(
        { method: 'POST', path, body, reply: capacityReply, subject, mutates: false },
        call,
      );
      return { availableBytes: reply.available, maximumVolumeBytes: reply['maximum-volume-size'] };
    },
    async plain() {
      const [devices, peers] = await Promise.all([
        client.request({ method: 'GET', path: '/v1/devices', reply: deviceList, subject }, call),
        client.request({ method: 'GET', path: '/v1/peers', reply: peerList, subject }, call),
      ]);
      return toCapacity(devices, peers, volumeClass);
    },
  });
}
