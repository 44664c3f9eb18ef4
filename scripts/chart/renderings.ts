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
  readonly toText: (rendered: string) => string;
  readonly more: readonly string[];
}

export const RENDERINGS: readonly Rendering[] = [
  golden('minimal'),
  golden('full'),
  manifest('gluster-csi', (source) => !CONFIGURATION.includes(source)),
  manifest('config', (source) => CONFIGURATION.includes(source)),
];

/** What the chart makes of a file of values. Throws an Error with Helm's own words. */
export async function render({ values, more, toText }: Rendering): Promise<string> {
  return toText(await template([`--values=${root}${values}`, ...more]));
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

/** Some of the chart's templates as a file for kubectl; Helm has no part in these objects. */
function manifest(name: string, isPart: (source: string) => boolean): Rendering {
  const header = `# Written by "npm run generate" from deploy/chart; how to use it: README.md beside it.\n`;
  const helmLabels = /^ +(?:helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gm;
  const toText = (rendered: string) => {
    const documents = rendered.split(/^---\n/m).filter((text) => isPart(sourceOf(text)));
    return header + documents.map((text) => `---\n${text.replace(helmLabels, '')}`).join('');
  };
  const more = ['--set=namespace.create=true'];
  return { path: `deploy/manifests/${name}.yaml`, values: 'deploy/examples/values.yaml', more, toText };
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
