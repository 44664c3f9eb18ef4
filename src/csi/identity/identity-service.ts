import { csi } from '../../grpc/contract.ts';
import { type Service, service } from '../../grpc/service.ts';

export interface Plugin {
  /** The driver's name, as StorageClasses and PVs name it. */
  readonly driverName: string;
  readonly version: string;
  /** Services beside Identity and Node; default those of the file driver. */
  readonly serves?: readonly PluginService[];
}

type PluginService = 'CONTROLLER_SERVICE' | 'GROUP_CONTROLLER_SERVICE';
const ALL: readonly PluginService[] = ['CONTROLLER_SERVICE', 'GROUP_CONTROLLER_SERVICE'];

/**
 * The Identity service, the same for all roles: the specification wants every instance of a plugin to report
 * what the plugin can do as a whole. No locks: nothing here changes anything.
 */
export function identityService({ driverName, version, serves = ALL }: Plugin): Service {
  return service(csi.Identity.service, {
    GetPluginInfo: {
      decode: () => undefined,
      run: async () => undefined,
      encode: () => ({ name: driverName, vendorVersion: version }),
    },
    GetPluginCapabilities: {
      decode: () => undefined,
      run: async () => undefined,
      encode: () => ({
        capabilities: [
          ...serves.map((type) => ({ service: { type } })),
          { volumeExpansion: { type: 'ONLINE' } },
        ],
      }),
    },
    // Ready means that calls are taken. It does not ask the storage: a slow backend must not get the plugin restarted.
    Probe: {
      decode: () => undefined,
      run: async () => undefined,
      encode: () => ({ ready: { value: true } }),
      isRoutine: true,
    },
  });
}
