import type { Lab } from '../../pool/lab/lab.ts';
import { configureNetwork, type NetworkMember } from '../../pool/lab/network.ts';

export const CONTROL_PLANE: NetworkMember = { name: 'cp', address: '10.85.0.50' };
export const SERVICES = '10.96.0.0/16';
/** The Service `kubernetes`, which pods find the API server by. */
export const API_SERVICE = '10.96.0.1';
export const DNS_SERVICE = '10.96.0.10';

/** The addresses of the pods on worker 1, 2, … */
export function podsOn(worker: number): string {
  return `10.88.${worker}.0/24`;
}

/**
 * Makes pods, nodes, servers and control plane reach each other by plain routes. There is no kube-proxy: the two
 * Services that pods need are addresses of the control plane itself.
 */
export async function routeCluster(lab: Lab): Promise<void> {
  const workers = lab.workers.map(({ name }, i) => ({
    name,
    pods: podsOn(i + 1),
    address: lab.addressOf(name),
  }));
  const toPods = (except?: string) =>
    workers
      .filter(({ name }) => name !== except)
      .map(({ pods, address }) => `route replace ${pods} via ${address}`);
  const ofControlPlane = [API_SERVICE, DNS_SERVICE].map((address) => `addr add ${address}/32 dev lo`);
  const lines = new Map<string, readonly string[]>([
    [CONTROL_PLANE.name, [...ofControlPlane, ...toPods()]],
    ...lab.servers.map(({ name }) => [name, toPods()] as const),
    ...workers.map(
      ({ name }) =>
        [name, [`route replace ${SERVICES} via ${CONTROL_PLANE.address}`, ...toPods(name)]] as const,
    ),
  ]);
  await Promise.all([...lines].map(([name, batch]) => configureNetwork(lab.networkOf(name), batch)));
  await Promise.all(lab.workers.map((worker) => worker.must(['sysctl', '-qw', 'net.ipv4.ip_forward=1'])));
}
