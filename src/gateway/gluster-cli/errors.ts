import type { FaultKind } from '../../control/fault.ts';
import { Fault } from '../../control/fault.ts';

/** A failed command as far as it can be told: from the XML, or from text when there was no XML. */
export interface Failure {
  readonly opRet: number | undefined;
  readonly opErrno: number;
  /** gluster's own words. */
  readonly text: string;
}

export interface Asked {
  /** What was asked, for the message: `create of volume pvc-1`. */
  readonly what: string;
  readonly mutates: boolean;
}

interface Rule {
  readonly pattern: RegExp;
  readonly kind: FaultKind;
}

/**
 * gluster's messages (10.3, most seen in test/fixtures/gluster-10.3-xml/ERRORS.txt) by what the caller
 * should do next. The first that matches counts.
 */
const RULES: readonly Rule[] = [
  { pattern: /another transaction (?:is|could be) in progress|^locking failed/im, kind: 'busy' },
  { pattern: /connection failed\. please check if gluster daemon is operational/i, kind: 'unreachable' },
  { pattern: /host (\S+) (?:is )?not connected/i, kind: 'unreachable' },
  { pattern: /host (\S+) is not in 'peer in cluster' state/i, kind: 'unreachable' },
  { pattern: /some of the peers are down|one of the peers is probably down/i, kind: 'unreachable' },
  {
    pattern: /peers? (?:is|are) (?:not connected|down)|nodes? (?:is|are) not connected/i,
    kind: 'unreachable',
  },
  { pattern: /quorum (?:is )?not met|quorum is lost/i, kind: 'unreachable' },
  { pattern: /transport endpoint is not connected/i, kind: 'unreachable' },
  { pattern: /^volume \S+ already exists$/im, kind: 'conflict' },
  { pattern: /^snapshot \S+ already exists$/im, kind: 'conflict' },
  { pattern: /snaps has reached the effective maximum limit/i, kind: 'exhausted' },
  { pattern: /bricks (?:are|may be) (?:not running|down)|not in quorum/i, kind: 'unreachable' },
  { pattern: /port \d+ already in peer list|is already part of another cluster/i, kind: 'conflict' },
  { pattern: /(?:volume|snapshot) (?:\S+ )?does not exist/i, kind: 'not-found' },
  { pattern: /\S+ is not part of cluster/i, kind: 'not-found' },
  {
    pattern: /is not started|not in the started state|has been started|already started/i,
    kind: 'wrong-state',
  },
  { pattern: /option.* does not exist|did you mean/i, kind: 'invalid' },
  { pattern: /hosts one or more bricks|as it has \d+ snapshots/i, kind: 'wrong-state' },
];

/**
 * A transaction may have been done, or half of it: the servers do not agree, or glusterd died. "Connection
 * failed" is said both when glusterd is not there and when it goes away in the middle.
 */
const PARTIAL = /connection failed|commit failed|brick op failed|post validation failed|request timed out/i;
const USAGE = /^\s*usage:/im;

/** Any failure as a Fault. Pure. */
export function toFault(failure: Failure, asked: Asked): Fault {
  const text = tidy(failure.text);
  // The command's own parser prints its usage: then nothing was sent.
  const partial = failure.opRet === undefined ? !USAGE.test(failure.text) : PARTIAL.test(text);
  const rule = RULES.find(({ pattern }) => pattern.test(text));
  if (rule !== undefined && !(asked.mutates && PARTIAL.test(text)))
    return new Fault(rule.kind, message(asked, text));
  if (partial) return lost(asked, text);
  return new Fault(asked.mutates ? 'invalid' : 'unreachable', message(asked, text));
}

/** No answer, or half of one: a change may have happened; a read can be asked again. */
export function lost(asked: Asked, text: string, cause?: unknown): Fault {
  const options = cause === undefined ? undefined : { cause };
  if (!asked.mutates) return new Fault('unreachable', message(asked, text), options);
  const hint = 'whether it was done is unknown; retry';
  return new Fault('uncertain', `${message(asked, text)}; ${hint}`, options);
}

function message(asked: Asked, text: string): string {
  return `gluster refused the ${asked.what}: ${text === '' ? 'it gave no reason' : text}`;
}

/** One line, no usage text, bounded. */
function tidy(text: string): string {
  const [reason = ''] = text.split(USAGE);
  const words = reason.replaceAll(/\s+/g, ' ').trim();
  return words.length > 500 ? `${words.slice(0, 500)}…` : words;
}
