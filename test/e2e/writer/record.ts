import { createHash } from 'node:crypto';

/**
 * One line of a writer's file: its number, its content, and the checksum of both. Runs in pods too, beside writer.ts:
 * it imports nothing but Node.
 */
export function formatRecord(sequence: number, content: string): string {
  const body = `${sequence} ${content}`;
  return `${body} ${checksum(body)}\n`;
}

/** The number of a whole record; undefined for a torn or altered line. */
export function parseRecord(line: string): number | undefined {
  const end = line.lastIndexOf(' ');
  const body = line.slice(0, end);
  const [, sequence] = /^(\d+) \S+$/.exec(body) ?? [];
  return sequence !== undefined && line.slice(end + 1) === checksum(body) ? Number(sequence) : undefined;
}

/** Which file of a writer holds a record, were it written without trouble. */
export function fileName(writer: string, index: number): string {
  return `${writer}.${String(index).padStart(6, '0')}.log`;
}

function checksum(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
