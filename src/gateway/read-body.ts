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

/** The rest of a body that is too large is read and thrown away, so that its sender gets the answer. */
function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BYTES) chunks.push(chunk);
      else reject(new Fault('out-of-range', `body: at most ${MAX_BYTES} bytes`));
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    const broken = (cause?: unknown) => reject(new Fault('cancelled', 'the body broke off', { cause }));
    request.once('error', broken);
    request.once('close', broken);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid('body', 'unable to parse the request', { cause });
  }
}
