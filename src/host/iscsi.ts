import { mkdir, readFile } from 'node:fs/promises';
import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import type { IscsiHost, Login } from '../staging/iscsi/iscsi-host.ts';
import type { RunProgram } from './host-programs.ts';
import { removeRecords, writeRecord } from './iscsi-records.ts';
import { kernelSessions } from './iscsi-sessions.ts';
import { type CommandResult, run } from './run.ts';

/** Longer than iscsid tries: who gave up before it would leave a session that comes later. */
const LOGIN_MS = 60_000;
const LOGOUT_MS = 40_000;
const RESCAN_MS = 30_000;
const START_MS = 10_000;
const INITIATOR_FILE = '/etc/iscsi/initiatorname.iscsi';

/** iscsiadm(8) */
const EXITS = {
  done: 0,
  noTransport: 12,
  present: 15,
  refusedForGood: 19,
  noDaemon: 20,
  absent: 21,
  refused: 24,
} as const;

/** Of open-iscsi, as Debian builds it. It makes its own folder there, but not the one above. */
const LOCKS = '/run/lock/iscsi';

type Methods = Pick<IscsiHost, 'initiator' | 'sessions' | 'logIn' | 'logOut' | 'rescan'>;

export interface OpenIscsi {
  /** Who runs it. */
  readonly iscsid: 'host' | 'own';
  /** Its folder, where iscsiadm looks for node records. */
  readonly database: string;
  /** By which iscsiadm is run. */
  readonly runProgram: RunProgram;
}

/** Those methods of `IscsiHost` that have to do with sessions. */
export function iscsiSessions({ iscsid, database, runProgram }: OpenIscsi): Methods {
  const ask: Ask = (args, timeoutMs, call) => {
    const limit = call === undefined ? {} : { signal: call.signal };
    return runProgram('iscsiadm', ['-m', ...args], { ...limit, timeoutMs });
  };
  return {
    async initiator() {
      const text = await readFile(INITIATOR_FILE, 'utf8').catch(() => '');
      return /^InitiatorName=(\S+)\s*$/m.exec(text)?.[1];
    },
    sessions: async (iqn) => kernelSessions(iqn),
    async logIn(login) {
      await writeRecord(database, login);
      const first = await tryLogin(ask, login);
      if (first.exitCode !== EXITS.noDaemon || iscsid === 'host') return requireLogin(login, first);
      await startIscsid();
      requireLogin(login, await tryLogin(ask, login));
    },
    async logOut(place, call) {
      await endSessions(ask, place, call);
      await removeRecords(database, place.iqn, place.portal);
    },
    async rescan(iqn, call) {
      for (const { id } of await kernelSessions(iqn)) {
        const { exitCode, stderr } = await ask(['session', '-r', id, '-R'], RESCAN_MS, call);
        if (exitCode === EXITS.done || exitCode === EXITS.absent) continue;
        throw new Fault('unreachable', `target ${iqn} cannot be looked at again: ${lastLine(stderr)}`);
      }
    },
  };
}

/** `iscsiadm -m …` */
type Ask = (args: readonly string[], timeoutMs: number, call?: Call) => Promise<CommandResult>;

async function endSessions(
  ask: Ask,
  { iqn, portal }: { readonly iqn: string; readonly portal?: string },
  call: Call,
): Promise<void> {
  const left = async () =>
    (await kernelSessions(iqn)).filter((session) => portal === undefined || session.portal === portal);
  await Promise.all((await left()).map(({ id }) => ask(['session', '-r', id, '-u'], LOGOUT_MS, call)));
  const [session] = await left();
  if (session === undefined) return;
  throw new Fault(
    'timed-out',
    `the session with ${iqn} at ${session.portal} does not end; is something still written to its disk?`,
  );
}

/** Without the caller's signal: iscsid goes on whatever becomes of iscsiadm. */
function tryLogin(ask: Ask, { iqn, portal }: Login): Promise<CommandResult> {
  return ask(['node', '-T', iqn, '-p', portal, '--login'], LOGIN_MS);
}

function requireLogin({ iqn, portal, chap }: Login, { exitCode, stderr }: CommandResult): void {
  if (exitCode === EXITS.done || exitCode === EXITS.present) return;
  const where = `target ${iqn} at portal ${portal}`;
  if (exitCode === EXITS.refused || exitCode === EXITS.refusedForGood) {
    throw new Fault('denied', `${where} ${whyRefused(exitCode, chap)}`);
  }
  if (exitCode === EXITS.noDaemon) {
    throw new Fault('unreachable', 'iscsid does not run on this node; start it, or give --iscsid own');
  }
  if (exitCode === EXITS.noTransport) {
    throw new Fault('unreachable', 'the kernel of this node has no iscsi_tcp; load that module');
  }
  throw new Fault('unreachable', `${where} cannot be logged in to: ${lastLine(stderr)}`);
}

function whyRefused(exitCode: number, chap: Login['chap']): string {
  if (chap === undefined) return 'refuses this node, or wants CHAP: give it a node-stage secret';
  const isMutual = exitCode === EXITS.refusedForGood && chap.mutual !== undefined;
  const keys = isMutual
    ? 'node.session.auth.username_in and password_in'
    : 'node.session.auth.username and password';
  return `${isMutual ? 'does not prove its own name' : 'refuses this node, or its CHAP'}: look at ${keys} in the node-stage secret`;
}

/**
 * Starts an iscsid in this container. It takes up the sessions that the kernel has, and reconnects them from then on.
 * Throws `unreachable`, also when the host's has the socket.
 */
export async function startIscsid(): Promise<void> {
  await mkdir(LOCKS, { recursive: true });
  const { exitCode, stderr } = await run('iscsid', [], { timeoutMs: START_MS });
  if (exitCode === 0) return;
  throw new Fault('unreachable', `iscsid cannot be started: ${lastLine(stderr)}`);
}

/** "initiator reported error (8 - connection timed out)" comes before "could not log into all portals". */
function lastLine(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const told = lines.find((line) => line.includes('reported error')) ?? lines.at(-1) ?? '';
  return /\((\d+ - [^)]*)\)/.exec(told)?.[1] ?? told.slice(0, 300);
}
