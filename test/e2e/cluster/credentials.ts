import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { command } from '../../pool/lab/command.ts';
import { API_SERVICE, CONTROL_PLANE } from './network.ts';

/** The users of the API server beside the pods' service accounts, with their groups. */
const ADMIN = { user: 'admin', groups: 'system:masters' };
const CONTROLLER_MANAGER = { user: 'system:kube-controller-manager', groups: '' };
const SCHEDULER = { user: 'system:kube-scheduler', groups: '' };

/** Files of the control plane, in a folder that no node sees. */
export interface Credentials {
  readonly caFile: string;
  readonly server: KeyPairFiles;
  /** What the API server shows to kubelets. */
  readonly kubeletClient: KeyPairFiles;
  /** What service accounts' tokens are signed and checked with. */
  readonly serviceAccounts: { readonly privateKeyFile: string; readonly publicKeyFile: string };
  readonly tokensFile: string;
  readonly adminKubeconfig: string;
  readonly controllerManagerKubeconfig: string;
  readonly schedulerKubeconfig: string;
  /** The text of the kubeconfig of a node: its own user, which NodeRestriction holds to its own node and pods. */
  kubeconfigOfNode(name: string): string;
}

export interface KeyPairFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export async function makeCredentials(folder: string, nodes: readonly string[]): Promise<Credentials> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const caFile = `${folder}/ca.crt`;
  const caKey = `${folder}/ca.key`;
  await command([
    ...['openssl', 'req', '-x509', '-days', '30', '-subj', '/CN=cluster authority', ...KEY],
    ...['-keyout', caKey, '-out', caFile],
  ]);
  const sign = (name: string, subject: string, extensions: readonly string[]) =>
    signed({ folder, name, subject, extensions, ca: { certFile: caFile, keyFile: caKey } });
  const server = await sign('server', '/CN=kube-apiserver', [
    `subjectAltName=DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:${CONTROL_PLANE.address},IP:${API_SERVICE}`,
  ]);
  const kubeletClient = await sign('kubelet-client', '/O=system:masters/CN=kube-apiserver', [
    'extendedKeyUsage=clientAuth',
  ]);
  const { tokensFile, tokenOf } = await makeTokens(folder, nodes);
  const ca = await readFile(caFile, 'base64');
  const write = async (name: string, user: string) => {
    const path = `${folder}/${name}.kubeconfig`;
    await writeFile(path, kubeconfig(ca, tokenOf(user)), { mode: 0o600 });
    return path;
  };
  return {
    caFile,
    server,
    kubeletClient,
    serviceAccounts: await makeServiceAccountKeys(folder),
    tokensFile,
    adminKubeconfig: await write('admin', ADMIN.user),
    controllerManagerKubeconfig: await write('controller-manager', CONTROLLER_MANAGER.user),
    schedulerKubeconfig: await write('scheduler', SCHEDULER.user),
    kubeconfigOfNode: (name) => kubeconfig(ca, tokenOf(userOfNode(name))),
  };
}

async function signed(request: {
  readonly folder: string;
  readonly name: string;
  readonly subject: string;
  readonly extensions: readonly string[];
  readonly ca: KeyPairFiles;
}): Promise<KeyPairFiles> {
  const files = {
    certFile: `${request.folder}/${request.name}.crt`,
    keyFile: `${request.folder}/${request.name}.key`,
  };
  await command([
    ...['openssl', 'req', '-x509', '-days', '30', '-subj', request.subject, ...KEY],
    ...['-CA', request.ca.certFile, '-CAkey', request.ca.keyFile],
    ...['-keyout', files.keyFile, '-out', files.certFile],
    ...['basicConstraints=critical,CA:FALSE', ...request.extensions].flatMap((text) => ['-addext', text]),
  ]);
  return files;
}

async function makeServiceAccountKeys(folder: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const files = {
    privateKeyFile: `${folder}/service-accounts.key`,
    publicKeyFile: `${folder}/service-accounts.pub`,
  };
  await writeFile(files.privateKeyFile, privateKey, { mode: 0o600 });
  await writeFile(files.publicKeyFile, publicKey);
  return files;
}

async function makeTokens(folder: string, nodes: readonly string[]) {
  const users = [
    ADMIN,
    CONTROLLER_MANAGER,
    SCHEDULER,
    ...nodes.map((name) => ({ user: userOfNode(name), groups: 'system:nodes' })),
  ].map((one) => ({ ...one, token: randomBytes(16).toString('hex') }));
  const tokensFile = `${folder}/tokens.csv`;
  const lines = users.map(({ token, user, groups }, i) => `${token},${user},${i + 1},"${groups}"`);
  await writeFile(tokensFile, `${lines.join('\n')}\n`, { mode: 0o600 });
  const tokenOf = (user: string) => users.find((one) => one.user === user)?.token ?? '';
  return { tokensFile, tokenOf };
}

function userOfNode(name: string): string {
  return `system:node:${name}`;
}

/** A kubeconfig is YAML, of which JSON is a part. */
function kubeconfig(caBase64: string, token: string): string {
  const server = `https://${CONTROL_PLANE.address}:443`;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'cluster',
    clusters: [{ name: 'cluster', cluster: { server, 'certificate-authority-data': caBase64 } }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'cluster', context: { cluster: 'cluster', user: 'user' } }],
  });
}
