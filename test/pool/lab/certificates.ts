import { chmod, mkdir } from 'node:fs/promises';
import { command } from './command.ts';
import type { NetworkMember } from './network.ts';

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

export interface Authority {
  readonly caFile: string;
  /** Where the certificate of a member is. */
  filesOf(name: string): CertificateFiles;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/**
 * An authority of the lab's own, and for each member a certificate with its name as the common name. It is good for
 * the member's name, its address and loopback.
 */
export async function makeCertificates(
  folder: string,
  members: readonly NetworkMember[],
): Promise<Authority> {
  const own = `${folder}/certificates`;
  const caFile = `${own}/ca.pem`;
  const caKey = `${own}/ca.key`;
  await mkdir(own);
  await command([
    ...['openssl', 'req', '-x509', '-days', '2', '-subj', '/CN=lab authority', ...KEY],
    ...['-keyout', caKey, '-out', caFile],
  ]);
  const filesOf = (name: string) => ({
    certFile: `${own}/${name}.pem`,
    keyFile: `${own}/${name}.key`,
    caFile,
  });
  await Promise.all(
    members.map(async ({ name, address }) => {
      const { certFile, keyFile } = filesOf(name);
      await command([
        ...['openssl', 'req', '-x509', '-days', '2', '-subj', `/CN=${name}`, ...KEY],
        ...['-CA', caFile, '-CAkey', caKey, '-keyout', keyFile, '-out', certFile],
        ...['-addext', `subjectAltName=DNS:${name},DNS:localhost,IP:${address},IP:127.0.0.1`],
        ...['-addext', 'basicConstraints=critical,CA:FALSE'],
      ]);
      await chmod(keyFile, 0o600);
    }),
  );
  return { caFile, filesOf };
}
