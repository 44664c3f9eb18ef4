const { GLUSTER_CSI_LAB_PATIENCE: factor = '1' } = process.env;
if (!(Number(factor) >= 1)) throw new Error(`GLUSTER_CSI_LAB_PATIENCE is a number from 1 on: ${factor}`);

/** How many times longer than on a machine of its own the lab waits for things: the environment's GLUSTER_CSI_LAB_PATIENCE. */
export const PATIENCE = Number(factor);
