import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CsiClient, csiClient } from '../pool/lab/csi-client.ts';
import { GIB, toCreateRequest } from '../pool/lab/csi-volume.ts';
import { type Figure, percentile } from './figures.ts';
import { load } from './load.ts';

const WARM_CALLS = 500;
const CALLS = { 1: 1_000, 32: 5_000 } as const;

/** CreateVolume through a real socket, with a backend that answers at once: what our own code costs. */
export async function controlBench(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gluster-csi-bench-'));
  const socket = join(folder, 'controller.sock');
  const program = fileURLToPath(new URL('memory-controller.ts', import.meta.url));
  const child = spawn(process.execPath, [program, socket], {
    // It logs as it does by default; what that costs belongs to the figure.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const client = csiClient(socket);
  try {
    await once(child.stdout, 'data');
    await create(client, 'warm', { calls: WARM_CALLS, inFlight: 32 });
    return [
      ...(await atOnce(client, 1, {})),
      ...(await atOnce(client, 32, { callsPerSecond: 500, p99: 100 })),
    ];
  } finally {
    client.close();
    child.kill();
    await rm(folder, { recursive: true });
  }
}

async function atOnce(
  client: CsiClient,
  inFlight: keyof typeof CALLS,
  targets: { readonly callsPerSecond?: number; readonly p99?: number },
): Promise<readonly Figure[]> {
  const name = `control path, ${inFlight} in flight`;
  const { callsPerSecond, latencies } = await create(client, `at-${inFlight}`, {
    calls: CALLS[inFlight],
    inFlight,
  });
  return [
    {
      name: `${name}: CreateVolume`,
      value: callsPerSecond,
      unit: 'calls/s',
      better: 'higher',
      samples: [callsPerSecond],
      ...(targets.callsPerSecond === undefined ? {} : { target: targets.callsPerSecond }),
    },
    {
      name: `${name}: p50`,
      value: percentile(latencies, 0.5),
      unit: 'ms',
      better: 'lower',
      samples: latencies,
    },
    {
      name: `${name}: p99`,
      value: percentile(latencies, 0.99),
      unit: 'ms',
      better: 'lower',
      samples: latencies,
      ...(targets.p99 === undefined ? {} : { target: targets.p99 }),
    },
  ];
}

function create(client: CsiClient, prefix: string, { calls, inFlight }: { calls: number; inFlight: number }) {
  return load(calls, inFlight, (number) =>
    client.controller.CreateVolume(toCreateRequest({ name: `${prefix}-${number}`, bytes: GIB })),
  );
}
