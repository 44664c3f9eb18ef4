import { blockHostContract } from '../contract/block-host.ts';
import { linuxBlockSubject } from '../host/linux-block-subject.ts';

/** With the capability that growing an ext4 takes, which the machine itself may lack. */
blockHostContract('the guest kernel: blockhost', linuxBlockSubject);
