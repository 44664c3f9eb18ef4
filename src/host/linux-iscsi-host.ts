import type { IscsiHost } from '../staging/iscsi/iscsi-host.ts';
import { lunContentOf } from './device-content.ts';
import { deviceFileSystem } from './device-file-system.ts';
import { makeFile, removeFile } from './empty-file.ts';
import { iscsiSessions } from './iscsi.ts';
import { createLinuxHost } from './linux-host.ts';
import { multipath } from './multipath.ts';
import { notes } from './note.ts';

/**
 * The machine that this process runs on, with its iSCSI sessions. Needs open-iscsi and multipath-tools, the host's
 * network, /dev, /etc/iscsi and /etc/multipath, multipathd, and an iscsid: the host's, or `own`, one that it starts.
 */
export function createLinuxIscsiHost({ iscsid }: { readonly iscsid: 'host' | 'own' }): IscsiHost {
  return {
    ...createLinuxHost(),
    ...deviceFileSystem,
    ...iscsiSessions({ iscsid }),
    ...multipath,
    ...notes,
    makeFile,
    removeFile,
    lunContent: lunContentOf,
  };
}
