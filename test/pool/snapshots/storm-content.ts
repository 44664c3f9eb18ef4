import { createHash } from 'node:crypto';

/** Appends to one file; to several in turn; replaces files by rename; creates and unlinks; a database. */
export const STORM_KINDS = ['records', 'alternating', 'renames', 'creates', 'sqlite'] as const;
export type StormKind = (typeof STORM_KINDS)[number];

/** Files that are appended to in turn: enough that a distributed volume has some of them in each subvolume. */
export const ALTERNATING = 6;
/** Names that the renames take in turn. */
export const SLOTS = 20;
/** How many of the created files are there at once. */
export const KEPT = 100;

/** 200 to 2,200 characters that only this number has. */
export function contentOf(number: number): string {
  const hash = createHash('sha256').update(String(number)).digest('hex');
  return `${number} ${hash.repeat(3 + (number % 32))}`;
}

export function lineOf(number: number): string {
  return `${contentOf(number)}\n`;
}
