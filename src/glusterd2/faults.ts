import { Fault, type FaultKind } from '../control/fault.ts';
import { parseJson } from '../control/parse-json.ts';
import { errorReply } from './wire.ts';

/** An error as the server told it. Faults made from one have it as their `cause`. */
export class ServerError extends Error {
  readonly status: number;
  /** What glusterd2 says in `fields`, or the gateway's `{"fault": kind}`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** True when it is glusterd2's "no such route" or "not with this method". */
  readonly isUnknownRoute: boolean;

  constructor(
    status: number,
    message: string,
    fields: Readonly<Record<string, unknown>>,
    isUnknownRoute: boolean,
  ) {
    super(message);
    this.name = 'ServerError';
    this.status = status;
    this.fields = fields;
    this.isUnknownRoute = isUnknownRoute;
  }
}

/** What was asked for, to put the answer into words and to tell what a failure may have left. */
export interface Asked {
  /** The thing: `volume pvc-1`. */
  readonly subject: string;
  readonly mutates: boolean;
}

const NO_ROUTE = '404 page not found';
const TRANSACTION_STEP = 2;

/** Reads an error reply. Undefined when it is not one of glusterd2's or the gateway's (a proxy's page, say). */
export function parseServerError(status: number, text: string): ServerError | undefined {
  if ((status === 404 && text.trim() === NO_ROUTE) || (status === 405 && text === '')) {
    return new ServerError(status, 'the server has no such request', {}, true);
  }
  const parsed = errorReply.safeParse(parseJson(text));
  const first = parsed.data?.errors[0];
  if (first === undefined) return undefined;
  const fields = first.fields ?? {};
  const { error, step } = fields;
  const isStep = first.code === TRANSACTION_STEP && typeof error === 'string';
  const message = isStep ? `${error.trim()}\n(step ${String(step)})` : first.message;
  return new ServerError(status, message, fields, false);
}

/** The Fault for an error reply: our gateway names its kind, glusterd2 is read by status and words. */
export function toFault(error: ServerError, asked: Asked): Fault {
  const named = faultOf(error);
  if (named !== undefined) return new Fault(named, error.message, { cause: error });
  const rule = error.isUnknownRoute ? undefined : RULES.find(({ says }) => says.test(error.message));
  const kind = rule?.kind ?? kindByStatus(error, asked.mutates);
  const remedy = rule?.remedy === undefined ? '' : `; ${rule.remedy}`;
  return new Fault(kind, `${asked.subject}: ${toWords(error.message)}${remedy}`, { cause: error });
}

/** The kind that our gateway gives in `fields.fault`. */
export function faultOf(error: ServerError): FaultKind | undefined {
  const { fault } = error.fields;
  return typeof fault === 'string' && Object.hasOwn(KINDS, fault) ? (fault as FaultKind) : undefined;
}

interface Rule {
  readonly says: RegExp;
  readonly kind: FaultKind;
  readonly remedy?: string;
}

/**
 * glusterd2's messages, seen and read in its source (4.2). They count more than the status, which for one and
 * the same cause may be 404, 422 or 500. The first that matches decides.
 */
const RULES: readonly Rule[] = [
  { says: /^(?:volume|snapshot|block volume|peer) not found$/, kind: 'not-found' },
  { says: /^rebalance info not found|^device does not exist/, kind: 'not-found' },
  { says: /already exists$|^Peer exists with|same clone name exist/, kind: 'conflict' },
  { says: /already (?:started|stopped|activated|deactivated)\b/, kind: 'wrong-state' },
  { says: /^volume not started|^snapshot not activated/, kind: 'wrong-state' },
  { says: /must be in (?:stopped|started) state/, kind: 'wrong-state' },
  {
    says: /^cannot delete Volume .* snapshots$/,
    kind: 'wrong-state',
    remedy: 'delete the snapshots first',
  },
  { says: /peer has bricks$/, kind: 'wrong-state', remedy: 'move or delete its bricks first' },
  { says: /^self heal option is disabled|^not a distribute volume/, kind: 'wrong-state' },
  {
    says: /Volume group "[^"]*" not found/,
    kind: 'wrong-state',
    remedy: 'its bricks do not lie on LVM and glusterd2 cannot grow them',
  },
  {
    says: /^no devices registered/,
    kind: 'exhausted',
    remedy: 'add or enable a device of this brick type',
  },
  {
    says: /^no space available|^Space not sufficient|^No volume groups are available/,
    kind: 'exhausted',
    remedy: 'add devices, or servers in further zones',
  },
  { says: /^available size is less than requested/, kind: 'exhausted' },
  { says: /^could not obtain lock/, kind: 'busy', remedy: 'retry' },
  { says: /^timeout in synchronizing txn|^txn timeout/, kind: 'uncertain', remedy: 'retry' },
  { says: /brick size is too small|Minimum size required/, kind: 'out-of-range', remedy: 'ask for more' },
  {
    says: /Filesystem must be larger than/,
    kind: 'out-of-range',
    remedy: 'ask for more (each brick needs 300 MiB, also the arbiter)',
  },
  { says: /^invalid Replica Count|^invalid number of bricks|^Invalid global option/, kind: 'invalid' },
  { says: /block provider does not exist$|validation failed for volume option/, kind: 'invalid' },
  { says: /^exit status 1; mkfs\.\w+: invalid option/, kind: 'invalid' },
  {
    says: /^snapshot not supported/,
    kind: 'unsupported',
    remedy: 'glusterd2 takes snapshots of brickType lvm only; a cluster with gateways does of loop',
  },
  { says: /^one or more brick is offline/, kind: 'wrong-state', remedy: 'start the volume and its bricks' },
  { says: /^could not connect to host/, kind: 'unreachable' },
];

const BY_STATUS: Readonly<Record<number, FaultKind>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'denied',
  404: 'not-found',
  405: 'unsupported',
  409: 'conflict',
  422: 'invalid',
  424: 'wrong-state',
  501: 'unsupported',
  504: 'timed-out',
  507: 'exhausted',
};

/** An unknown failure of a change may have left something: never final. */
function kindByStatus(error: ServerError, mutates: boolean): FaultKind {
  if (error.isUnknownRoute) return 'unsupported';
  return BY_STATUS[error.status] ?? (mutates ? 'uncertain' : 'unreachable');
}

const KINDS = {
  invalid: true,
  'out-of-range': true,
  'not-found': true,
  conflict: true,
  exhausted: true,
  'wrong-state': true,
  busy: true,
  'stale-token': true,
  unreachable: true,
  uncertain: true,
  'timed-out': true,
  cancelled: true,
  unauthenticated: true,
  denied: true,
  unsupported: true,
} satisfies Record<FaultKind, true>;

const MAX_WORDS = 200;

/** glusterd2 passes on what tools print, usage texts and all: the first line that says something is kept. */
function toWords(message: string): string {
  const lines = message.split('\n').map((line) => line.replace(/File descriptor \d+ .*/, '').trim());
  const first = lines.find((line) => /[A-Za-z]/.test(line.replace(/exit status \d+;?/, ''))) ?? 'failed';
  return first.replace(/exit status \d+;\s*/, '').slice(0, MAX_WORDS);
}
