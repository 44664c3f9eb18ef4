import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../control/fault.ts';

/** Where Kubernetes puts a pod's service account. */
export const ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface ServiceAccount {
  readonly token: string;
  /** Certificates, PEM, that sign the API's own. */
  readonly ca: string;
}

/**
 * Reads both files anew: kubelet replaces a bound token well before it expires, some time within the hour. A few
 * requests an hour do not need more than that. Throws `unreachable`.
 */
export async function readServiceAccount(directory: string): Promise<ServiceAccount> {
  try {
    const [token, ca] = await Promise.all([
      readFile(join(directory, 'token'), 'utf8'),
      readFile(join(directory, 'ca.crt'), 'utf8'),
    ]);
    return { token: token.trim(), ca };
  } catch (cause) {
    throw new Fault('unreachable', `the service account in ${directory} cannot be read; is it mounted?`, {
      cause,
    });
  }
}
