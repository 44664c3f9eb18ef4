import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';

export interface Spec {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped or how it failed, in csi-sanity's words. */
  readonly reason: string;
}

const message = z.object({ message: z.string() });
const testcase = z.object({
  name: z.string(),
  status: z.string(),
  skipped: message.optional(),
  failure: message.optional(),
  error: message.optional(),
});
const report = z.object({
  testsuites: z.object({ testsuite: z.array(z.object({ testcase: z.array(testcase) })) }),
});

const LISTS = ['testsuite', 'testcase'];
/** Ginkgo lists its own set-up steps beside the specs. */
const SPEC = /^\[It\] (.*)$/;

/** Reads the report that csi-sanity writes: every spec that there is, whatever became of it. */
export function parseJunitReport(xml: string): readonly Spec[] {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    // Quotation marks are written as numbers.
    htmlEntities: true,
    isArray: (name) => LISTS.includes(name),
  });
  const { testsuites } = report.parse(parser.parse(xml));
  return testsuites.testsuite.flatMap((suite) =>
    suite.testcase.flatMap((one) => {
      const name = SPEC.exec(one.name)?.[1];
      const bad = one.failure ?? one.error;
      // A failed set-up step counts; a passed one is no spec.
      if (name === undefined && bad === undefined) return [];
      return [toSpec(name ?? one.name, one.skipped?.message, bad?.message)];
    }),
  );
}

function toSpec(name: string, skipped: string | undefined, bad: string | undefined): Spec {
  if (bad !== undefined) return { name, outcome: 'failed', reason: bad };
  if (skipped !== undefined) return { name, outcome: 'skipped', reason: toReason(skipped) };
  return { name, outcome: 'passed', reason: '' };
}

/** "skipped - CreateSnapshot not supported" */
function toReason(text: string): string {
  const reason = text.replace(/^skipped(?: - )?/, '').trim();
  return reason === 'pending' ? 'csi-sanity itself has it pending' : reason;
}
