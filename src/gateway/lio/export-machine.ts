import type { Call } from '../../control/call.ts';
import type { IscsiPublishRequest } from '../../glusterd2/iscsi-wire.ts';

/** Where a block volume lies, and what its export is called here. */
export interface ExportPlace {
  readonly key: string;
  readonly volume: string;
  readonly name: string;
  /** Whose volume file the client takes: never this server's own, whose clients bricks take whatever their list says. */
  readonly servers: readonly string[];
}

/** How it is to be exported. */
export interface ExportWish {
  readonly iqn: string;
  readonly wwn: string;
  readonly portals: readonly string[];
  readonly acls: readonly IscsiPublishRequest[];
}

export interface ListedExport {
  readonly key: string;
  /** It has a living client, a device and a target. */
  readonly isWhole: boolean;
}

/**
 * This server's exports: clients, devices and targets. They live on without the gateway. Any method may throw
 * `unreachable` or `timed-out`; a changing one may then have done a part, which the next call goes on with.
 */
export interface ExportMachine {
  /** `address:port` of this server's targets, by its configuration, else all its addresses. */
  portals(): readonly string[];
  /** The addresses from which clients here reach these hosts. Throws `unreachable` where nothing can be exported. */
  sources(hosts: readonly string[], call: Call): Promise<readonly string[]>;
  /** All that is here of the server with this tag, down to what an interrupted call or a boot has left. */
  list(tag: string, call: Call): Promise<readonly ListedExport[]>;
  /** Keys of those whose client is gone. Asks nobody but /proc. */
  dead(tag: string): Promise<readonly string[]>;
  /** Has the volume's directory mounted by a living client; there already is success. */
  open(place: ExportPlace, call: Call): Promise<void>;
  /** Of an open one: the state kept beside the disk. */
  readState(key: string, call: Call): Promise<string | undefined>;
  /** The old one or the new one, whatever dies. */
  writeState(key: string, text: string, call: Call): Promise<void>;
  /**
   * Exports the open disk in this way and in no other, by this name alone. Sessions of initiators that stay go on, over a client's death
   * too; of those that go none is left.
   */
  serve(key: string, wish: ExportWish, call: Call): Promise<void>;
  /** Gives the disk the size of its file. Not exported is success. */
  grow(key: string, call: Call): Promise<void>;
  /**
   * Takes all of it away. Absent is success. `isLost`: the bricks take nothing from here any more, so that nothing
   * is waited for.
   */
  close(key: string, how: { readonly isLost: boolean }, call: Call): Promise<void>;
}
