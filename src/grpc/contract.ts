import { loadPackageDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { ProtoGrpcType as CsiTypes } from './generated/csi.ts';
import { descriptors } from './generated/descriptors.ts';
import type { ProtoGrpcType as MounterTypes } from './generated/mounter.ts';
import type { ProtoGrpcType as RegistrationTypes } from './generated/pluginregistration.ts';
import { LOADER_OPTIONS } from './loader-options.ts';

const contract: Parameters<typeof fromJSON>[0] = JSON.parse(descriptors);
// The one cast between what is loaded and what was generated; both come from the same proto/ files.
const loaded = loadPackageDefinition(fromJSON(contract, LOADER_OPTIONS)) as unknown as CsiTypes &
  RegistrationTypes &
  MounterTypes;

/** Services and message types of csi.v1, typed. */
export const csi = loaded.csi.v1;
/** kubelet's plugin registration, typed. */
export const pluginRegistration = loaded.pluginregistration;
/** What the node service asks of the mounter, typed. */
export const mounter = loaded.gluster_csi.mounter.v1;
