import { CLASSES, DRIVER } from '../install/chart-values.ts';

/**
 * What the suite is told of the driver (driverDefinition in Kubernetes' test/e2e/storage/external). What is false
 * here is not offered: raw blocks are another driver's, volumes have no place, and a glusterfs client per volume is the
 * only limit of a node. No inline volumes: which namespaces may mount what is written down in the driver's
 * configuration, and the suite makes up its namespaces.
 */
export const DRIVER_DEFINITION = {
  StorageClass: { FromExistingClassName: CLASSES.delete },
  SnapshotClass: { FromExistingClassName: CLASSES.snapshot },
  GroupSnapshotClass: { FromExistingClassName: CLASSES.snapshot },
  // Ten times as long for a group; the suite's own five minutes would make that 50.
  Timeouts: { SnapshotCreate: '60s' },
  DriverInfo: {
    Name: DRIVER,
    SupportedSizeRange: { Min: '64Mi', Max: '4Gi' },
    SupportedFsType: { '': {} },
    SupportedMountOption: { noatime: {} },
    RequiredAccessModes: ['ReadWriteMany'],
    Capabilities: {
      persistence: true,
      exec: true,
      fsGroup: true,
      multipods: true,
      RWX: true,
      capReadOnlyMany: true,
      readWriteOncePod: true,
      multiplePVsSameID: true,
      controllerExpansion: true,
      onlineExpansion: true,
      offlineExpansion: true,
      snapshotDataSource: true,
      pvcDataSource: true,
      groupSnapshot: true,
      nodeExpansion: false,
      singleNodeVolume: false,
      volumeLimits: false,
      block: false,
      topology: false,
      capacity: false,
      volumeMountGroup: false,
      seLinuxMount: false,
    },
  },
} as const;
