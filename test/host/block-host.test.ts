import { blockHostContract } from '../contract/block-host.ts';
import { linuxBlockSubject } from './linux-block-subject.ts';

blockHostContract('the Linux host', linuxBlockSubject);
