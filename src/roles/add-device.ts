import { randomUUID } from 'node:crypto';
import { type FlagsOf, gatewayConfig, readConfigFile } from '../config.ts';
import { isFault } from '../control/fault.ts';
import { createBrickStore } from '../gateway/bricks/create-brick-store.ts';
import { deviceName } from '../gateway/bricks/device-name.ts';
import { log } from '../telemetry/log.ts';
import { toStoreOptions } from './store-options.ts';

/**
 * What an administrator does once for each place for bricks: marks an empty directory of this server as a device. The
 * gateway need not run, and one that runs sees it at once. A device of that kind already is success; another kind is a
 * `conflict`, and `invalid` says what is wrong with the directory.
 */
export async function addDevice(flags: FlagsOf<'add-device'>): Promise<void> {
  const config = readConfigFile(flags.config, gatewayConfig);
  const store = createBrickStore(toStoreOptions(config));
  const call = { id: randomUUID(), signal: new AbortController().signal };
  const { device: path, provisioner } = flags;
  try {
    await store.addDevice(path, provisioner, call);
    log.info({ device: path, provisioner }, 'device added');
  } catch (error) {
    if (!isFault(error, 'conflict')) throw error;
    const found = (await store.devices(call)).find((device) => deviceName(device) === path);
    if (found?.provisioner !== provisioner) throw error;
    log.info({ device: path, provisioner }, 'it is a device already');
  }
}
