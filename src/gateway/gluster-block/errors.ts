import { Fault, type FaultKind } from '../../control/fault.ts';
import type { CommandResult } from '../../host/run.ts';
import type { GlusterBlockReply } from './reply.ts';

export interface Asked {
  /** What was asked, for the message: `create of block volume pvc-1`. */
  readonly what: string;
  readonly mutates: boolean;
}

interface Rule {
  readonly pattern: RegExp;
  readonly kind: FaultKind;
}

/**
 * gluster-block's messages (0.5.1, those seen in test/fixtures/gluster-block-0.5.1 and those in its sources), all
 * said before anything was changed or after it was undone. The first that matches counts.
 */
const RULES: readonly Rule[] = [
  {
    pattern: /connection refused|connection failed\. please check|no such file .*socket/i,
    kind: 'unreachable',
  },
  { pattern: /already exist/i, kind: 'conflict' },
  { pattern: /low space on the volume/i, kind: 'exhausted' },
  { pattern: /storage file .* doesn't exist/i, kind: 'not-found' },
  { pattern: /storage file .* is already in use/i, kind: 'wrong-state' },
  { pattern: /doesn't exist|does not exist|is not configured on node/i, kind: 'not-found' },
  { pattern: /version check failed|is not supported/i, kind: 'unsupported' },
  { pattern: /shrink size/i, kind: 'out-of-range' },
  {
    pattern: /same as current size|missing configuration|is already (?:in use|configured|consumed)/i,
    kind: 'wrong-state',
  },
  { pattern: /check if volume \S+ is operational|not able to initialize volume/i, kind: 'unreachable' },
];
/** Printed by the command itself, which then sends nothing; its exit code may be 0. */
const USAGE =
  /^gluster-block (?:create|delete|modify|replace|info|list) <|^unknown option|ip's in the list/im;
const PARTS = ['ROLLBACK FAILED ON', 'FAILED ON', 'REPLACE PORTAL FAILED ON'] as const;

/** A command that did not succeed, as a Fault. Pure. Replies that carry credentials are never quoted. */
export function toFault(result: CommandResult, reply: GlusterBlockReply | undefined, asked: Asked): Fault {
  const failedOn = reply === undefined ? [] : failedOnOf(reply);
  const text = tidy(reply === undefined ? result.stderr : (reply.errMsg ?? ''));
  if (asked.mutates && failedOn.length > 0) {
    const left = `${text === '' ? '' : `${text}; `}not done, or not undone, on ${failedOn.join(', ')}`;
    return new Fault('uncertain', `${message(asked, left)}; see that gluster-blockd runs there, and retry`);
  }
  const rule = RULES.find(({ pattern }) => pattern.test(text));
  if (rule !== undefined) return new Fault(rule.kind, message(asked, text));
  if (reply === undefined && USAGE.test(result.stderr)) return new Fault('invalid', message(asked, text));
  return lost(asked, text);
}

/** No answer, or none that is known: a change may have been made; a read can be asked again. */
export function lost(asked: Asked, text: string, cause?: unknown): Fault {
  const options = cause === undefined ? undefined : { cause };
  if (!asked.mutates) return new Fault('unreachable', message(asked, text), options);
  return new Fault('uncertain', `${message(asked, text)}; whether it was done is unknown; retry`, options);
}

/** Servers on which something was not done, or not undone. */
function failedOnOf(reply: GlusterBlockReply): readonly string[] {
  const single = [reply['CREATE FAILED'], reply['DELETE FAILED']].filter((one) => one !== undefined);
  return [...new Set([...PARTS.flatMap((key) => reply[key]), ...single])];
}

function message(asked: Asked, text: string): string {
  return `gluster-block refused the ${asked.what}: ${text === '' ? 'it gave no reason' : text}`;
}

/** One line, no usage text, bounded. */
function tidy(text: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith('gluster-block '));
  const words = lines.join(' ').replaceAll(/\s+/g, ' ').trim();
  return words.length > 500 ? `${words.slice(0, 500)}…` : words;
}
