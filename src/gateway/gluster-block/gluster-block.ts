import type { Call } from '../../control/call.ts';

/** A block volume as the command names it: `hosting volume/name`. */
export interface ExportName {
  readonly hosting: string;
  readonly name: string;
}

export interface ExportCreate extends ExportName {
  /** IPv4 addresses of the servers that export it. */
  readonly hosts: readonly string[];
  readonly hasAuth: boolean;
  /** A new sparse file of so many bytes, or a file of /block-store that is there. */
  readonly content: { readonly size: bigint } | { readonly storage: string };
}

/** Made by gluster-block itself. Secret: never in a log, an error or an argument. */
export interface ChapCredentials {
  readonly username: string;
  readonly password: string;
}

export interface ExportInfo {
  readonly gbid: string;
  readonly hosts: readonly string[];
  readonly credentials: ChapCredentials | undefined;
}

/**
 * The `gluster-block` command of this server. Its daemons do one thing at a time on a hosting volume. Any method
 * throws `unsupported` when it is not installed, `unreachable` when its daemon does not answer and nothing was
 * changed, and `uncertain` when a change may have been made, or half of it: the message names the servers.
 */
export interface GlusterBlock {
  /** Throws `unsupported` when the command is not there. */
  requireInstalled(): Promise<void>;
  /** Throws `conflict` (the name is taken, there or on a server), `exhausted`, `not-found` (the hosting volume). */
  create(create: ExportCreate, call: Call): Promise<void>;
  /** Throws `not-found`. */
  info(name: ExportName, call: Call): Promise<ExportInfo>;
  /**
   * Takes the targets down, whoever is logged in. Absent is success. The file in /block-store stays, under the block
   * volume's GBID: a command that was given up may still be done later, when the name is another one's.
   */
  delete(name: ExportName, call: Call): Promise<void>;
  /** Throws `not-found`, `exhausted`, `out-of-range` for less than it has. */
  resize(name: ExportName & { readonly size: bigint }, call: Call): Promise<void>;
  /** Enabled when it is already: the same credentials. Undefined when disabled. Throws `not-found`. */
  setAuth(
    name: ExportName & { readonly isEnabled: boolean },
    call: Call,
  ): Promise<ChapCredentials | undefined>;
  /** Moves one of its targets to another server. Throws `not-found` also when it has none on `from`. */
  replace(name: ExportName & { readonly from: string; readonly to: string }, call: Call): Promise<void>;
}
