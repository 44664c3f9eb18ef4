import { XMLParser, XMLValidator } from 'fast-xml-parser';
import * as z from 'zod';

/** What `gluster --xml` said. `opRet` alone tells success; the exit code is 0 for most failures. */
export interface Reply {
  readonly opRet: number;
  readonly opErrno: number;
  readonly opErrstr: string;
  /** The children of <cliOutput>; attributes carry the prefix "@". */
  readonly body: Readonly<Record<string, unknown>>;
}

const MAX_DEPTH = 16;
const MAX_CHARACTERS = 32 * 1024 * 1024;
/** Elements that occur any number of times: a single one has to be an array too. */
const LISTS = new Set(['volume', 'brick', 'option', 'node', 'peer', 'Opt', 'client', 'task']);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  // &lt; and its like in option values; documents that define entities of their own are refused below.
  processEntities: true,
  htmlEntities: false,
  maxNestedTags: MAX_DEPTH,
  isArray: (name) => LISTS.has(name),
});

const envelope = z.looseObject({
  opRet: z.coerce.number().int().default(0),
  opErrno: z.coerce.number().int().default(0),
  opErrstr: z.string().default(''),
});
const document = z.object({ cliOutput: envelope });

/**
 * Reads the XML that `gluster --xml` printed; undefined when it is none: usage errors, "Connection failed"
 * and some commands print plain text, others nothing. `heal info` has no opRet on success.
 */
export function parseReply(stdout: string): Reply | undefined {
  const start = stdout.indexOf('<?xml');
  if (start < 0 || stdout.length > MAX_CHARACTERS) return undefined;
  const xml = stdout.slice(start);
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml) || XMLValidator.validate(xml) !== true) return undefined;
  const parsed = document.safeParse(parseTree(xml));
  if (!parsed.success) return undefined;
  const { opRet, opErrno, opErrstr, ...body } = parsed.data.cliOutput;
  return { opRet, opErrno, opErrstr, body };
}

function parseTree(xml: string): unknown {
  try {
    return parser.parse(xml);
  } catch {
    return undefined;
  }
}

/** An element without children reads as '' where an object is meant. */
export function element<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' || value === undefined ? {} : value), schema);
}
