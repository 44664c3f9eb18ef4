import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { Fault, invalid } from '../control/fault.ts';

const MAX_BYTES = 1024 * 1024;

/** The request's body, checked by the schema. Throws `invalid`, naming the field, and `out-of-range` for a large one. */
export async function readBody(request: IncomingMessage, schema: z.ZodType): Promise<unknown> {
  const text = await readText(request);
  const parsed = schema.safeParse(text === '' ? undefined : parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'body';
  throw invalid(field, text === '' ? 'is required, as JSON' : (issue?.message ?? 'is not as it should be'));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Fault('out-of-range', `body: at most ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid('body', 'unable to parse the request', { cause });
  }
}
