import { createHash, createHmac } from 'node:crypto';

/** glusterd2's check of a request, by its own steps and independent of src/glusterd2/token.ts. */
export interface AuthCheck {
  readonly method: string;
  /** The request target as sent. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly issuer: string;
  readonly key: string;
}

/** The message with which glusterd2 answers 401, or undefined when the request is let in. */
export function refuseAuth(check: AuthCheck): string | undefined {
  if (check.url === '/ping' || check.url === '/endpoints') return undefined;
  if (check.authorization === undefined) return "'Authorization' header is required";
  const [scheme, token, ...rest] = check.authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || rest.length > 0) {
    return "'Authorization' header must be of the format - Bearer <TOKEN>";
  }
  const [header = '', payload = '', signature] = token.split('.');
  const claims = fromBase64(payload);
  if (claims['iss'] !== check.issuer) return `invalid App ID: ${String(claims['iss'])}`;
  if (fromBase64(header)['alg'] !== 'HS256') return 'unexpected signing method';
  const expected = createHmac('sha256', check.key).update(`${header}.${payload}`).digest('base64url');
  if (signature !== expected) return 'signature is invalid';
  if (Number(claims['exp']) * 1000 <= Date.now()) return 'Token is expired';
  const path = decodeURIComponent(check.url.split('?')[0] ?? '');
  const qsh = createHash('sha256').update(`${check.method}&${path}`).digest('hex');
  return claims['qsh'] === qsh ? undefined : 'invalid qsh claim in token';
}

function fromBase64(text: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>;
}
