import type { IscsiDisk, Lun } from './iscsi-host.ts';

/** LIO makes the NAA name of a disk of its own prefix and the first digits of its serial number. */
const LIO_PREFIX = '36001405';
const LIO_DIGITS = 25;

/**
 * Whether the disk is the one with this name, its serial number or its NAA name. A map has a wwid alone.
 */
export function isDisk(
  { wwn }: Pick<Lun, 'wwn'>,
  { wwid, serial = '' }: Pick<IscsiDisk, 'wwid'> & Partial<Pick<IscsiDisk, 'serial'>>,
): boolean {
  const wanted = digitsOf(wwn);
  if (wanted === '') return false;
  if (serial !== '' && digitsOf(serial) === wanted) return true;
  const isLio = wanted.length >= LIO_DIGITS && wwid === `${LIO_PREFIX}${wanted.slice(0, LIO_DIGITS)}`;
  return wwid !== '' && (wwid === wanted || wwid === `3${wanted}` || (serial === '' && isLio));
}

function digitsOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(?:naa\.|0x)/, '')
    .replaceAll('-', '');
}
