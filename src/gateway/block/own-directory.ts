/** Ours, in the root of a hosting volume; no block volume's name begins with a dot. */
export const OWN = '.gluster-csi';
/** An hour after it was begun nobody works on it any more. */
export const HALF_MADE_MINUTES = 60;
