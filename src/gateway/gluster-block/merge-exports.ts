import type { Declaration } from './declaration.ts';
import type { HostedExport } from './export-files.ts';
import type { ExportMeta } from './export-meta.ts';

/** What a hosting volume's three directories say, by name. */
export interface ExportParts {
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly metas: ReadonlyMap<string, ExportMeta>;
  /** Files of /block-store, with their bytes. */
  readonly store: ReadonlyMap<string, bigint>;
}

/** All that takes room, in order of name. A file counts once, whatever names it has. Pure. */
export function mergeExports({ declarations, metas, store }: ExportParts): readonly HostedExport[] {
  const names = new Set([...declarations.keys(), ...metas.keys()]);
  const exports = [...names].map((name) => {
    const [declaration, meta] = [declarations.get(name), metas.get(name)];
    const sizes = [
      declaration?.size,
      meta?.size,
      ...filesOf(declaration, meta).map((file) => store.get(file)),
    ];
    const size = sizes.reduce<bigint>((most, one) => (one !== undefined && one > most ? one : most), 0n);
    return { name, size, declaration, meta };
  });
  const owned = new Set(exports.flatMap(({ declaration, meta }) => filesOf(declaration, meta)));
  const orphans = [...store].filter(([file]) => !owned.has(file));
  return [
    ...exports,
    ...orphans.map(([file, size]) => ({ name: `.${file}`, size, declaration: undefined, meta: undefined })),
  ].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Names that its file may have. */
function filesOf(declaration: Declaration | undefined, meta: ExportMeta | undefined): readonly string[] {
  return [declaration?.storage, declaration?.made, declaration?.content, meta?.gbid].filter(
    (file) => file !== undefined,
  );
}
