import { createHash, timingSafeEqual } from 'node:crypto';
import { type CryptoKey, decodeJwt, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { Fault } from '../control/fault.ts';
import type { KeyReader } from './key-file.ts';

/** Somebody who may sign requests, and with which key. */
export interface Issuer {
  readonly issuer: string;
  readonly key: KeyReader;
}

/** What a token is good for. `path` may be percent-encoded and carry a query, which is not part of the token. */
export interface TokenTarget {
  readonly method: string;
  readonly path: string;
}

/** As long as glusterd2's own client: a clock may be this much behind before tokens come too late. */
const LIFETIME_S = 120;
/** A token of ours has about 250 characters. */
const MAX_TOKEN = 4096;

/**
 * A JWT (HS256) for one method and path, valid for two minutes. glusterd2 requires `iss`, `exp` and `qsh`; it
 * allows its clients no clock skew, so there is no `iat` or `nbf`.
 */
export async function signToken(target: TokenTarget, signer: Issuer): Promise<string> {
  return new SignJWT({ qsh: toQueryHash(target) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(signer.issuer)
    .setExpirationTime(Math.floor(Date.now() / 1000) + LIFETIME_S)
    .sign(await toCryptoKey(await signer.key()));
}

/**
 * Checks an Authorization header for a request and resolves with the issuer that signed it. Throws
 * `unauthenticated` in glusterd2's words, `unreachable` when the issuer's key file cannot be read.
 */
export async function verifyToken(
  authorization: string | undefined,
  target: TokenTarget,
  issuers: readonly Issuer[],
): Promise<string> {
  const token = toBearer(authorization);
  const issuer = issuers.find((one) => one.issuer === claimedIssuer(token));
  if (issuer === undefined) throw refused('invalid App ID');
  const claims = await verifySignature(token, issuer);
  const { qsh } = claims;
  if (typeof qsh !== 'string') throw refused('token missing qsh Claim');
  if (!isEqual(qsh, toQueryHash(target))) throw refused('invalid qsh claim in token');
  return issuer.issuer;
}

const cryptoKeys = new WeakMap<Uint8Array, Promise<CryptoKey>>();

/** Imported once for as long as the reader gives the same key: importing takes longer than signing. */
function toCryptoKey(key: Uint8Array): Promise<CryptoKey> {
  const known = cryptoKeys.get(key);
  if (known !== undefined) return known;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const made = crypto.subtle.importKey('raw', new Uint8Array(key), algorithm, false, ['sign', 'verify']);
  cryptoKeys.set(key, made);
  return made;
}

/** hex(sha256("METHOD&PATH")), PATH decoded and without its query. Throws `invalid` for a malformed path. */
function toQueryHash({ method, path }: TokenTarget): string {
  const [bare = ''] = path.split('?', 1);
  try {
    return createHash('sha256')
      .update(`${method}&${decodeURIComponent(bare)}`)
      .digest('hex');
  } catch (cause) {
    throw new Fault('invalid', 'path: is not properly percent-encoded', { cause });
  }
}

function toBearer(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '') {
    throw refused("'Authorization' header is required");
  }
  const [scheme, token, ...rest] = authorization.slice(0, MAX_TOKEN + 'bearer '.length + 1).split(' ');
  const isWellFormed = scheme?.toLowerCase() === 'bearer' && token !== undefined && rest.length === 0;
  if (!isWellFormed || token === '' || token.length > MAX_TOKEN) {
    throw refused("'Authorization' header must be of the format - Bearer <TOKEN>");
  }
  return token;
}

function claimedIssuer(token: string): string | undefined {
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' ? iss : undefined;
  } catch (cause) {
    throw refused('token is malformed', cause);
  }
}

async function verifySignature(token: string, issuer: Issuer): Promise<JWTPayload> {
  const key = await toCryptoKey(await issuer.key());
  try {
    const options = { algorithms: ['HS256'], issuer: issuer.issuer, requiredClaims: ['exp'] };
    return (await jwtVerify(token, key, options)).payload;
  } catch (cause) {
    throw refused(toReason(cause), cause);
  }
}

function toReason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'Token is expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature is invalid';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'signing method is not HS256';
  if (error instanceof errors.JWTClaimValidationFailed) return `token has no valid ${error.claim} Claim`;
  return 'token is malformed';
}

function isEqual(given: string, expected: string): boolean {
  const one = Buffer.from(given);
  const other = Buffer.from(expected);
  return one.length === other.length && timingSafeEqual(one, other);
}

function refused(reason: string, cause?: unknown): Fault {
  return new Fault('unauthenticated', reason, { cause });
}
