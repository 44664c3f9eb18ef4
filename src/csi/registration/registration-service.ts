import { pluginRegistration } from '../../grpc/contract.ts';
import type { RegistrationStatus__Output } from '../../grpc/generated/pluginregistration/RegistrationStatus.ts';
import { type Service, service } from '../../grpc/service.ts';

/** What kubelet is told of the driver. */
export interface Announcement {
  readonly driverName: string;
  /** The path of the CSI socket where kubelet sees it: the container has to have it at the same place. */
  readonly socketPath: string;
}

/** The versions of CSI that kubelet compares; all of 1.x are 1.0.0 to it. */
const CSI_VERSIONS = ['1.0.0'];

/** kubelet's Registration service. No locks: nothing here changes anything but what is told of it. */
export function registrationService(
  { driverName, socketPath }: Announcement,
  onStatus: (status: RegistrationStatus__Output) => void,
): Service {
  return service(pluginRegistration.Registration.service, {
    GetInfo: {
      decode: () => undefined,
      run: async () => undefined,
      encode: () => ({
        type: 'CSIPlugin',
        name: driverName,
        endpoint: socketPath,
        supportedVersions: CSI_VERSIONS,
      }),
    },
    NotifyRegistrationStatus: {
      decode: (wire: RegistrationStatus__Output) => wire,
      run: async (status: RegistrationStatus__Output) => onStatus(status),
      encode: () => ({}),
    },
  });
}
