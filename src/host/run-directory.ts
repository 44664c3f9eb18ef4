/** What this process needs for a moment only lies here; nothing in it is state. */
export const RUN_DIRECTORY = '/run/gluster-csi';
