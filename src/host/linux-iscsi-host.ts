import type { IscsiHost } from '../staging/iscsi/iscsi-host.ts';
import { lunContentOf } from './device-content.ts';
import { deviceFileSystem } from './device-file-system.ts';
import { makeFile, removeFile } from './empty-file.ts';
import { programsIn } from './host-programs.ts';
import { iscsiSessions } from './iscsi.ts';
import { createLinuxHost } from './linux-host.ts';
import { multipathBy } from './multipath.ts';
import { notes } from './note.ts';

export interface IscsiPlace {
  /** Whose iscsid is used: the host's, or `own`, one in this process's container. */
  readonly iscsid: 'host' | 'own';
  /** open-iscsi's folder of node records, where its iscsiadm has it: by default `/etc/iscsi`. */
  readonly database?: string;
  /** The host's namespaces, as `/proc/1/ns`, for a process that has others; see `programsIn`. */
  readonly namespaces?: string;
}

/**
 * The machine that this process runs on, with its iSCSI sessions. Needs the host's network, /dev, /etc/iscsi and
 * /etc/multipath, the host's multipath and multipathd, and iscsiadm of where iscsid runs.
 */
export function createLinuxIscsiHost({ iscsid, database, namespaces }: IscsiPlace): IscsiHost {
  const runProgram = programsIn(iscsid === 'host' ? namespaces : undefined);
  return {
    ...createLinuxHost(),
    ...deviceFileSystem,
    ...iscsiSessions({ iscsid, database: database ?? '/etc/iscsi', runProgram }),
    ...multipathBy(programsIn(namespaces)),
    ...notes,
    makeFile,
    removeFile,
    lunContent: lunContentOf,
  };
}
