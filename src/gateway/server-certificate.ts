import { createSecureContext } from 'node:tls';
import { Fault } from '../control/fault.ts';
import { changingFile, type FileContent } from '../glusterd2/changing-file.ts';

export interface ServerCertificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * A reader of certificate and key, which gives the same object as long as both files stay the same. Throws
 * `unreachable` when one cannot be read, they do not fit each other, or others may read the key.
 */
export function readCertificate(
  { certFile, keyFile }: CertificateFiles,
  recheckMs: number,
): () => Promise<ServerCertificate> {
  const readCert = changingFile(certFile, ({ content }) => content, recheckMs);
  const readKey = changingFile(keyFile, (file) => toKey(keyFile, file), recheckMs);
  let known: ServerCertificate | undefined;
  return async () => {
    const [cert, key] = await Promise.all([readCert(), readKey()]);
    if (known?.cert === cert && known.key === key) return known;
    check({ cert, key }, certFile);
    known = { cert, key };
    return known;
  };
}

function toKey(path: string, { content, mode }: FileContent): Buffer {
  if ((mode & 0o007) === 0) return content;
  throw new Fault('unreachable', `${path} can be read by everybody; run: chmod 0640 ${path} (or 0600)`);
}

/** While both files are being replaced they may not fit for a moment. */
function check(certificate: ServerCertificate, certFile: string): void {
  try {
    createSecureContext({ ...certificate });
  } catch (cause) {
    throw new Fault('unreachable', `${certFile} and its key do not fit each other`, { cause });
  }
}
