import { Fault } from '../../src/control/fault.ts';
import type { Declaration } from '../../src/gateway/gluster-block/declaration.ts';
import type { ExportFiles } from '../../src/gateway/gluster-block/export-files.ts';
import { parseMeta } from '../../src/gateway/gluster-block/export-meta.ts';
import { mergeExports } from '../../src/gateway/gluster-block/merge-exports.ts';

/** A file of /block-store, by as many names as it has. */
export interface MemoryFile {
  size: bigint;
}

/** gluster-block's directories of one hosting volume, and ours. */
export class MemoryExports {
  readonly metas = new Map<string, string>();
  readonly store = new Map<string, MemoryFile>();
  readonly declared = new Map<string, Declaration>();
  /** Block volumes that somebody may be at, by their log. */
  readonly fresh = new Set<string>();
  readonly before: (step: string) => void;

  constructor(before: (step: string) => void) {
    this.before = before;
  }

  append(name: string, ...lines: readonly string[]): void {
    this.metas.set(name, `${this.metas.get(name) ?? ''}${lines.map((line) => `${line}\n`).join('')}`);
  }

  get files(): ExportFiles {
    const list = async () => {
      this.before('list');
      const metas = [...this.metas].flatMap(([name, text]) => {
        const meta = parseMeta(text);
        return meta === undefined ? [] : [[name, meta] as const];
      });
      const store = new Map([...this.store].map(([name, { size }]) => [name, size]));
      const disks = mergeExports({ declarations: this.declared, metas: new Map(metas), store });
      return { disks, snapshots: [] };
    };
    return {
      list,
      find: async (name) => (await list()).disks.find((one) => one.name === name),
      totalBytes: async () => 10n << 30n,
      declare: async (name, declaration) => {
        this.before('declare');
        if (this.declared.has(name)) throw new Fault('conflict', `${name} is there`);
        this.declared.set(name, declaration);
      },
      redeclare: async (name, declaration) => {
        this.before('redeclare');
        this.declared.set(name, declaration);
      },
      forget: async (name) => {
        this.before('forget');
        this.declared.delete(name);
      },
      isQuiet: async (name) => !this.fresh.has(name),
      storageSize: async (file) => this.store.get(file)?.size,
      dropName: async (file, keep) => {
        this.before('drop name');
        const [one, other] = [this.store.get(file), this.store.get(keep)];
        if (one !== undefined && one !== other) throw new Fault('wrong-state', `${file} is another file`);
        this.store.delete(file);
      },
      removeStorage: async (file) => {
        this.before('remove storage');
        this.store.delete(file);
      },
    };
  }
}
