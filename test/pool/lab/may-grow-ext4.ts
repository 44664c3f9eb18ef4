import { readFileSync } from 'node:fs';

/** The kernel lets an ext4 grow while it is mounted for CAP_SYS_RESOURCE alone, which a virtual machine may lack. */
export function mayGrowExt4(): boolean {
  const [, mask = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return ((BigInt(`0x${mask}`) >> 24n) & 1n) === 1n;
}
