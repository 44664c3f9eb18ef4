import { BLOCK_CLASSES, BLOCK_DRIVER, CLASSES, DRIVER } from '../install/chart-values.ts';

/**
 * What the suite is told of the driver for files (driverDefinition in Kubernetes' test/e2e/storage/external). What is false
 * here is not offered: raw blocks are another driver's, volumes have no place, and a glusterfs client per volume is the
 * only limit of a node. No inline volumes: which namespaces may mount what is written down in the driver's
 * configuration, and the suite makes up its namespaces.
 */
export const FILE_DRIVER = {
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

/**
 * The same of the block driver. Not offered: what takes several nodes that write, and snapshots of groups. One that is
 * read on many nodes has to be written before, by another PersistentVolume, which the suite does not do.
 */
export const DISK_DRIVER = {
  StorageClass: { FromExistingClassName: BLOCK_CLASSES.xfs },
  SnapshotClass: { FromExistingClassName: BLOCK_CLASSES.snapshot },
  DriverInfo: {
    Name: BLOCK_DRIVER,
    SupportedSizeRange: { Min: '320Mi', Max: '4Gi' },
    SupportedFsType: { '': {}, xfs: {}, ext4: {} },
    SupportedMountOption: { noatime: {} },
    RequiredAccessModes: ['ReadWriteOnce'],
    Capabilities: {
      persistence: true,
      block: true,
      exec: true,
      fsGroup: true,
      multipods: true,
      readWriteOncePod: true,
      multiplePVsSameID: true,
      controllerExpansion: true,
      nodeExpansion: true,
      onlineExpansion: true,
      offlineExpansion: true,
      snapshotDataSource: true,
      pvcDataSource: true,
      RWX: false,
      capReadOnlyMany: false,
      groupSnapshot: false,
      singleNodeVolume: false,
      volumeLimits: false,
      topology: false,
      capacity: false,
      volumeMountGroup: false,
      seLinuxMount: false,
    },
  },
} as const;
