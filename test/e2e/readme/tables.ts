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
    'the test has the image from scripts/image, which builds the same Dockerfile with buildah',
  'docker push registry.example/gluster-csi:0.1.0':
    'there is no registry; the image is imported on the nodes',
  'npm run demo': 'it is a test by itself: the lines that it prints are checked steps',
  'npm test': 'it runs this test',
  'npm run e2e:up': 'the same installation is the one of all other tests here',
  'npm run e2e:down': 'see e2e:up',
};

/** With the test's names in place of the reader's. */
export function substitute(text: string): string {
  return Object.entries(PLACEHOLDERS).reduce((all, [name, ours]) => all.replaceAll(name, ours), text);
}
