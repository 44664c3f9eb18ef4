import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureHelm } from '../setup/helm.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const chart = `${root}deploy/chart`;
/** What the project is tested with; the chart looks at nothing newer. */
const KUBERNETES = '1.36.0';
/** The templates whose objects everybody has to change. */
const CONFIGURATION = ['config.yaml', 'storageclass.yaml'];

/** A file that is rendered from the chart. Paths are below the project's root. */
export interface Rendering {
  readonly path: string;
  readonly values: string;
  /** Of what Helm makes of it, and what it makes of it without `more`. */
  readonly toText: (rendered: string, plain: string) => string;
  readonly more: readonly string[];
}

export const RENDERINGS: readonly Rendering[] = [
  golden('minimal'),
  golden('full'),
  manifest('gluster-csi', (document) => !CONFIGURATION.includes(sourceOf(document)), [
    '--set=namespace.create=true',
  ]),
  manifest('config', (document) => CONFIGURATION.includes(sourceOf(document))),
  manifest('block', (document, without) => !without.includes(document), ['--set=block.enabled=true']),
  manifest('iscsi', (document, without) => !without.includes(document), [
    '--set=block.enabled=true,block.iscsi.enabled=true',
  ]),
  manifest('snapshots', (document, without) => !without.includes(document), [
    '--set=snapshots.enabled=true,snapshots.groups=true',
  ]),
];

/** What the chart makes of a file of values. Throws an Error with Helm's own words. */
export async function render({ values, more, toText }: Rendering): Promise<string> {
  const args = [`--values=${root}${values}`];
  return toText(await template([...args, ...more]), await template(args));
}

/** `helm template` of the chart with more arguments. Throws an Error with Helm's own words. */
export async function template(args: readonly string[]): Promise<string> {
  return helm([
    'template',
    'gluster-csi',
    chart,
    '--namespace=gluster-csi',
    `--kube-version=${KUBERNETES}`,
    ...args,
  ]);
}

/** `helm lint --strict` with a file of values. Throws an Error with Helm's own words. */
export async function lint({ values }: Rendering): Promise<void> {
  await helm(['lint', '--strict', chart, `--values=${root}${values}`, `--kube-version=${KUBERNETES}`]);
}

/**
 * Some of the chart's objects as a file for kubectl; Helm has no part in these objects. `isPart` is asked with each
 * document, and with those that there are without `more`.
 */
function manifest(
  name: string,
  isPart: (document: string, without: readonly string[]) => boolean,
  more: readonly string[] = [],
): Rendering {
  const header = `# Written by "npm run generate" from deploy/chart; how to use it: README.md beside it.\n`;
  const helmLabels = /^ +(?:helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gm;
  const toText = (rendered: string, plain: string) => {
    const without = documentsOf(plain);
    const documents = documentsOf(rendered).filter((document) => isPart(document, without));
    return header + documents.map((text) => `---\n${text.replace(helmLabels, '')}`).join('');
  };
  const path = `deploy/manifests/${name}.yaml`;
  return { path, values: 'deploy/examples/values.yaml', more, toText };
}

function documentsOf(rendered: string): readonly string[] {
  return rendered.split(/^---\n/m);
}

/** The template that Helm names above each document. */
function sourceOf(document: string): string {
  return /^# Source: .*templates\/(.*)$/m.exec(document)?.[1] ?? '';
}

function golden(name: string): Rendering {
  const path = `test/fixtures/chart/${name}`;
  return { path: `${path}.yaml`, values: `${path}.values.yaml`, more: [], toText: (text) => text };
}

async function helm(args: readonly string[]): Promise<string> {
  const program = await ensureHelm();
  // Without a home of its own Helm reads the user's plugins and repositories.
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent' };
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env });
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`helm ${args[0]}: ${stderr}${stdout}`.trim(), { cause });
  }
}
