import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const BUSYBOX = '/bin/busybox';

/** One static program at the root, and what programs look for: names of users, and a folder for their files. */
export function makeProgramRoot(root: string, program: string): void {
  for (const folder of ['etc', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  writeAccounts(root);
  copyFileSync(program, join(root, basename(program)));
}

/** Debian's static busybox under all of its names. */
export function makeBusyboxRoot(root: string): void {
  const folders = [
    'bin',
    'sbin',
    'usr/bin',
    'usr/sbin',
    'etc',
    'tmp',
    'var/tmp',
    'root',
    'home',
    'mnt',
    'run',
  ];
  for (const folder of [...folders, 'proc', 'sys', 'dev']) mkdirSync(join(root, folder), { recursive: true });
  for (const folder of ['tmp', 'var/tmp']) chmodSync(join(root, folder), 0o1777);
  writeAccounts(root);
  copyFileSync(BUSYBOX, join(root, BUSYBOX));
  const names = execFileSync(BUSYBOX, ['--list-full'], { encoding: 'utf8' }).trim().split('\n');
  for (const name of names.filter((each) => join('/', each) !== BUSYBOX)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) symlinkSync(BUSYBOX, path);
  }
}

/** agnhost on busybox; Kubernetes' tests call bash in a few places, with nothing that busybox's sh lacks. */
export function makeAgnhostRoot(root: string, agnhost: string): void {
  makeBusyboxRoot(root);
  mkdirSync(join(root, 'uploads'));
  copyFileSync(agnhost, join(root, 'agnhost'));
  const bash = join(root, 'bin/bash');
  writeFileSync(bash, '#!/bin/sh\nexec /bin/busybox sh "$@"\n', { mode: 0o755 });
  chmodSync(bash, 0o755);
  symlinkSync('/bin/bash', join(root, 'usr/bin/bash'));
}

/** No name for the group 1000: Kubernetes' tests read that number from `ls -l`. */
function writeAccounts(root: string): void {
  const users = ['root:x:0:0:root:/root:/bin/sh', 'nobody:x:65534:65534:nobody:/:/bin/false'];
  writeFileSync(join(root, 'etc/passwd'), `${users.join('\n')}\n`);
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
}
