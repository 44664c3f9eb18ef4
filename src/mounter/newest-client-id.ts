import { readFile } from 'node:fs/promises';
import { log } from '../telemetry/log.ts';

/**
 * Reads a file that the release writes, such as a ConfigMap's: its content changes under a pod that stays. Undefined
 * while it is empty or cannot be read; then nothing is known to be newer.
 */
export function readNewestClientId(path: string): () => Promise<string | undefined> {
  return async () => {
    try {
      const text = (await readFile(path, 'utf8')).trim();
      return text === '' ? undefined : text;
    } catch (error) {
      log.debug({ err: error, path }, 'which client is the newest is not known');
      return undefined;
    }
  };
}
