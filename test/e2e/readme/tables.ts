/** The sections of README.md that take an administrator from storage servers to a volume, run in this order. */
export const RUN_SECTIONS = ['On the storage servers', 'On Kubernetes', 'A claim'] as const;

/** Has a table of what `kubectl describe` says. */
export const REFUSALS_SECTION = 'When a claim cannot be served';

/**
 * What a reader has to put a name of theirs for, and what the test puts: in README.md, and in the examples that it
 * tells them to edit.
 */
export const PLACEHOLDERS: Readonly<Record<string, string>> = {
  'server-1.storage.example': 'g1',
  'server-2.storage.example': 'g2',
  'server-3.storage.example': 'g3',
  // The nodes' addresses.
  '10.20.0.*': '10.85.0.*',
  // A server's empty disk.
  '/dev/sdb': '/srv/sdb',
  'registry.example/gluster-csi': 'localhost/gluster-csi',
};

/** The files that the reader is told to edit. */
export const EDITED_FILES = ['deploy/examples/gateway.yaml', 'deploy/examples/values.yaml'] as const;

/** Commands of README.md that are not run with the others, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'docker build --tag registry.example/gluster-csi:0.1.0 .':
    'scripts/image builds the same Dockerfile with buildah, which needs no daemon; test/e2e/image.test.ts looks into it',
  'docker push registry.example/gluster-csi:0.1.0':
    'there is no registry; the image is imported on the nodes',
  'npm run demo': 'it shows to people what test/pool tests',
  'npm run e2e:up': 'it brings up what the other tests here run on',
  ['kubectl --namespace gluster-csi delete pod --field-selector spec.nodeName=NODE \\\n' +
    '  --selector app.kubernetes.io/component=mounter']:
    'test/e2e/faults/upgrade.test.ts does it under a writer',
};

/** With the test's names in place of the reader's. */
export function substitute(text: string): string {
  return Object.entries(PLACEHOLDERS).reduce((all, [name, ours]) => all.replaceAll(name, ours), text);
}
