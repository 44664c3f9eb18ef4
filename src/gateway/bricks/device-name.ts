import type { StoredDevice } from './brick-store.ts';

/** What administrators and the API call a device: the disk that its volume group was made of, else its directory. */
export function deviceName({ source, path }: Pick<StoredDevice, 'source' | 'path'>): string {
  return source ?? path;
}
