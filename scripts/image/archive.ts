import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, linkSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The processor in the words of OCI. */
const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

const EPOCH = '1970-01-01T00:00:00Z';

/** What OCI's image configuration says of the processes to come (image-spec, config.md). */
export interface ProcessConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Env?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
}

export interface Image {
  /** References with registry and tag; each becomes an image of its own at import. */
  readonly names: readonly string[];
  readonly config: ProcessConfig;
  /** Tar files, uncompressed, lowest first. */
  readonly layers: readonly string[];
}

/** Media types of image-spec 1.0, which containerd 1.6 reads. */
const MEDIA = {
  layer: 'application/vnd.oci.image.layer.v1.tar',
  config: 'application/vnd.oci.image.config.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
} as const;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Writes an image as the archive of an OCI layout, which `ctr images import` takes. The same input gives the
 * same image id on every machine: there are no times in it. The layers have to lie on the archive's file system.
 */
export async function writeArchive(archive: string, image: Image): Promise<void> {
  const layout = mkdtempSync(join(dirname(archive), '.layout-'));
  try {
    mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
    const layers: Descriptor[] = [];
    for (const file of image.layers) layers.push(await addLayer(layout, file));
    const config = addJson(layout, MEDIA.config, {
      architecture: ARCHITECTURE,
      os: 'linux',
      config: image.config,
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
      // buildah refuses to build on an image whose layers have no history.
      history: image.layers.map((file) => ({ created: EPOCH, created_by: basename(file) })),
    });
    const manifest = addJson(layout, MEDIA.manifest, {
      schemaVersion: 2,
      mediaType: MEDIA.manifest,
      config,
      layers,
    });
    const manifests = image.names.map((name) => ({ ...manifest, annotations: annotationsOf(name) }));
    writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
    packFolder(layout, archive);
  } finally {
    rmSync(layout, { recursive: true, force: true });
  }
}

/** A folder as a tar file that depends on names, modes and contents only; everything in it belongs to root. */
export function packFolder(folder: string, file: string): void {
  const reproducible = [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--format=gnu',
  ];
  execFileSync('tar', ['--create', `--file=${file}`, ...reproducible, `--directory=${folder}`, '.']);
}

function annotationsOf(name: string): Readonly<Record<string, string>> {
  const tag = name.slice(name.lastIndexOf(':') + 1);
  return { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag };
}

async function addLayer(layout: string, file: string): Promise<Descriptor> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const digest = hash.digest('hex');
  linkSync(file, join(layout, 'blobs/sha256', digest));
  return { mediaType: MEDIA.layer, digest: `sha256:${digest}`, size: statSync(file).size };
}

function addJson(layout: string, mediaType: string, content: unknown): Descriptor {
  const text = JSON.stringify(content);
  const digest = createHash('sha256').update(text).digest('hex');
  writeFileSync(join(layout, 'blobs/sha256', digest), text);
  return { mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
}
