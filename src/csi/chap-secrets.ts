import { invalid } from '../control/fault.ts';
import { Secret } from '../control/secret.ts';
import type { BlockChap, BlockChapLogin } from '../volumes/block/block-backend.ts';

/** The keys of a Secret of type kubernetes.io/iscsi-chap. */
const KEY = 'node.session.auth';
const OWN = { username: `${KEY}.username`, password: `${KEY}.password` };
const MUTUAL = { username: `${KEY}.username_in`, password: `${KEY}.password_in` };
/** What both sides of iSCSI, and the files that they are kept in, take without quoting. */
const VALUE = /^[\x21-\x7e]{1,255}$/;

type Secrets = Readonly<Record<string, string>>;

/**
 * CHAP of a request's secrets; undefined when they have none. Other keys are not for us. Throws `invalid` naming the
 * key, never its value.
 */
export function parseChap(secrets: Secrets): BlockChap | undefined {
  const own = parseLogin(secrets, OWN);
  const mutual = parseLogin(secrets, MUTUAL);
  if (own === undefined && mutual === undefined) return undefined;
  if (own === undefined) throw invalid('secrets', `${OWN.username} is missing beside ${MUTUAL.username}`);
  if (mutual?.password.reveal() === own.password.reveal()) {
    throw invalid('secrets', `${MUTUAL.password} is the same as ${OWN.password}; both sides need their own`);
  }
  return { ...own, ...(mutual === undefined ? {} : { mutual }) };
}

function parseLogin(secrets: Secrets, keys: typeof OWN): BlockChapLogin | undefined {
  const { [keys.username]: username, [keys.password]: password } = secrets;
  if (username === undefined && password === undefined) return undefined;
  for (const key of Object.values(keys)) {
    const value = secrets[key];
    if (value === undefined) throw invalid('secrets', `${key} is missing; name and password go together`);
    if (!VALUE.test(value)) throw invalid('secrets', `${key} has blanks or other than ASCII, or is too long`);
  }
  return { username: username ?? '', password: new Secret(password ?? '') };
}
