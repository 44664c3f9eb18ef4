/** Why a client is replaced: its process has ended, or it runs another Gluster client than a new one would. */
export type Reason = 'dead' | 'old';

/** What others are told of the mounter's work: metrics, events, log. All synchronous, none fails. */
export interface Report {
  /** After each look at the clients. */
  counted(counts: { readonly live: number; readonly dead: number; readonly old: number }): void;
  /** A client serves in another one's place. `pods`: uids of those that have the volume. */
  replaced(event: {
    readonly volume: string;
    readonly reason: Reason;
    readonly mounts: number;
    readonly pods: readonly string[];
  }): void;
  /** It could not be replaced; it is tried again. */
  failed(event: { readonly volume: string; readonly reason: Reason; readonly error: unknown }): void;
  /** A pod still has the mount of a client that was replaced. `why` ends with the remedy. */
  notRepaired(event: {
    readonly volume: string;
    readonly pod: string | undefined;
    readonly why: string;
  }): void;
  /** This mounter is of an older release than the newest, and so are the clients that it keeps; said at each look. */
  outdated(event: {
    readonly volumes: readonly string[];
    readonly clientId: string;
    readonly newest: string;
  }): void;
  /** A client of another Gluster version stays for now; said at each attempt. `id`: which of all clients. */
  keptOld(event: {
    readonly id: string;
    readonly volume: string;
    readonly clientId: string;
    readonly why: string;
  }): void;
}
