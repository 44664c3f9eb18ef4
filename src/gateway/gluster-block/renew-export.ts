import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { getHosting } from '../block/hosting.ts';
import { getRecord } from '../volume-record.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import type { GlusterBlockDeps } from './deps.ts';
import type { ExportFiles, HostedExport } from './export-files.ts';
import { exporting } from './export-meta.ts';
import { readExported } from './exports-record.ts';
import { requireWhole } from './find-export.ts';
import { makeExport } from './make-export.ts';

interface Renewal {
  readonly hosting: string;
  readonly name: string;
}

/**
 * Cuts off whoever is logged in: takes the target down on all servers, which ends all sessions, and makes another one
 * of the same file, with a new IQN (and a new password, when there is one), which nobody knows who had the old one.
 * Resolves once that is done, also when an earlier try had begun it. Throws what `GlusterBlock` throws: while one of
 * its servers is down its target there may still be reached, so that is `uncertain`.
 */
export async function renewExport(deps: GlusterBlockDeps, renewal: Renewal, call: Call): Promise<void> {
  const { hosting, name } = renewal;
  await deps.mounts.use(
    hosting,
    async (files) => {
      const found = await files.find(name, call);
      if (found === undefined || found.declaration?.deleting !== undefined) return;
      const content = found.declaration?.content ?? (await begin(files, found, call));
      try {
        if (found.meta?.gbid === content) {
          await requireLeaving(deps, renewal, call);
          await deps.command.delete(renewal, call);
        }
        await requireContent(files, { name, content }, call);
        await makeExport(deps, { ...renewal, files }, call);
      } catch (error) {
        throw afterMutation(error, `taking block volume ${name} from its node`);
      }
    },
    call,
  );
}

/** Another gateway may have been faster, and somebody may have the new target already. */
async function requireLeaving(deps: GlusterBlockDeps, { hosting, name }: Renewal, call: Call): Promise<void> {
  const entries = readExported(getRecord(await getHosting(deps, hosting, call))).get(name) ?? [];
  if (entries.length > 0 && entries.every(({ isLeaving }) => isLeaving)) return;
  throw new Fault('busy', `another gateway is at block volume ${name}; retry`);
}

/** Writes down what the new target is made of, before the old one goes. */
async function begin(files: ExportFiles, found: HostedExport, call: Call): Promise<string> {
  const { name, size, declaration } = found;
  if (found.meta === undefined && declaration?.made !== undefined) {
    await files.redeclare(name, { ...declaration, content: declaration.made }, call);
    return declaration.made;
  }
  const { gbid, hasAuth, hosts } = requireWhole(found);
  const addresses = exporting({ hosts }).map(({ address }) => address);
  const before = { metadata: {}, ...declaration, size, hosts: addresses, hasAuth };
  await files.redeclare(name, { ...before, content: gbid }, call);
  return gbid;
}

/** Without its file nothing is made: a new file in its place would be an empty disk. */
async function requireContent(
  files: ExportFiles,
  { name, content }: { readonly name: string; readonly content: string },
  call: Call,
): Promise<void> {
  const found = await files.find(name, call);
  if (found?.meta !== undefined || (await files.storageSize(content, call)) !== undefined) return;
  throw new Fault(
    'wrong-state',
    `the backing file ${content} of block volume ${name} is not in /block-store; look for it`,
  );
}
