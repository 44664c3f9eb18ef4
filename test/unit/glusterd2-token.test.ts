import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import type { FaultKind } from '../../src/control/fault.ts';
import { type Issuer, signToken, type TokenTarget, verifyToken } from '../../src/glusterd2/token.ts';
import { refuseAuth } from '../fakes/glusterd2-auth.ts';

const KEY = 'a'.repeat(64);
const driver: Issuer = { issuer: 'glustercli', key: async () => Buffer.from(KEY) };
const peers: Issuer = { issuer: 'peers', key: async () => Buffer.from('b'.repeat(64)) };
const target: TokenTarget = { method: 'GET', path: '/v1/volumes' };

async function refusal(authorization: string | undefined, of = target): Promise<string> {
  try {
    await verifyToken(authorization, of, [driver, peers]);
  } catch (error) {
    const { kind, message } = error as { kind: FaultKind; message: string };
    return `${kind}: ${message}`;
  }
  return 'let in';
}

async function forge(claims: Record<string, unknown>, alg = 'HS256', key = KEY): Promise<string> {
  return `bearer ${await new SignJWT(claims).setProtectedHeader({ alg }).sign(Buffer.from(key))}`;
}

/** The token with one claim changed and signed properly. */
async function claimsWith(change: Record<string, unknown>): Promise<Record<string, unknown>> {
  const payload = (await signToken(target, driver)).split('.')[1] ?? '';
  return { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...change };
}

describe('glusterd2 token', () => {
  it('is accepted by glusterd2 and by the gateway, each for its own issuer', async () => {
    const authorization = `bearer ${await signToken(target, driver)}`;
    expect(
      refuseAuth({ ...target, url: target.path, authorization, issuer: 'glustercli', key: KEY }),
    ).to.equal(undefined);
    expect(await verifyToken(authorization, target, [driver, peers])).to.equal('glustercli');
    expect(await verifyToken(`Bearer ${await signToken(target, peers)}`, target, [driver, peers])).to.equal(
      'peers',
    );
  });

  it('is bound to the method and to the decoded path without query', async () => {
    const spaced = `bearer ${await signToken({ method: 'GET', path: '/v1/devices/p/srv%2Fa%20b' }, driver)}`;
    expect(await refusal(spaced, { method: 'GET', path: '/v1/devices/p/srv/a b?x=1' })).to.equal('let in');
    const authorization = `bearer ${await signToken(target, driver)}`;
    const wrong = 'unauthenticated: invalid qsh claim in token';
    expect(await refusal(authorization, { method: 'GET', path: '/v1/volumes?limit=3' })).to.equal('let in');
    expect(await refusal(authorization, { method: 'POST', path: '/v1/volumes' })).to.equal(wrong);
    expect(await refusal(authorization, { method: 'GET', path: '/v1/volumes/a' })).to.equal(wrong);
    expect(await refusal(authorization, { method: 'GET', path: '/v1/%zz' })).to.match(/^invalid: path/);
  });

  it("refuses headers in glusterd2's words", async () => {
    const format = "unauthenticated: 'Authorization' header must be of the format - Bearer <TOKEN>";
    expect(await refusal(undefined)).to.equal("unauthenticated: 'Authorization' header is required");
    expect(await refusal('')).to.equal("unauthenticated: 'Authorization' header is required");
    for (const header of ['bearer', 'bearer ', 'basic abc', 'bearer a b', `bearer ${'x'.repeat(5000)}`]) {
      expect(await refusal(header), header.slice(0, 20)).to.equal(format);
    }
    for (const token of ['abc', 'a.b.c', '..', `${'e30'}.${'e30'}.`]) {
      expect(await refusal(`bearer ${token}`), token).to.match(
        /^unauthenticated: (token is malformed|invalid App ID)$/,
      );
    }
  });

  it('refuses each bad claim by name', async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ exp: Math.floor(Date.now() / 1000) - 1 }, 'Token is expired'],
      [{ exp: undefined }, 'token has no valid exp Claim'],
      [{ exp: 'soon' }, 'token has no valid exp Claim'],
      [{ iss: undefined }, 'invalid App ID'],
      [{ iss: 7 }, 'invalid App ID'],
      [{ iss: 'nobody' }, 'invalid App ID'],
      [{ qsh: undefined }, 'token missing qsh Claim'],
      [{ qsh: 7 }, 'token missing qsh Claim'],
      [{ qsh: 'abc' }, 'invalid qsh claim in token'],
      [{ nbf: Math.floor(Date.now() / 1000) + 60 }, 'token has no valid nbf Claim'],
    ];
    for (const [change, message] of cases) {
      const authorization = await forge(await claimsWith(change));
      expect(await refusal(authorization), JSON.stringify(change)).to.equal(`unauthenticated: ${message}`);
    }
  });

  it('takes HS256 with the right key only', async () => {
    const claims = await claimsWith({});
    expect(await refusal(await forge(claims, 'HS256', 'c'.repeat(64)))).to.equal(
      'unauthenticated: signature is invalid',
    );
    expect(await refusal(await forge(claims, 'HS512'))).to.equal(
      'unauthenticated: signing method is not HS256',
    );
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(await refusal(`bearer ${none}.${payload}.`)).to.match(/^unauthenticated: (signing|token)/);
    const signature = createHmac('sha256', KEY).update(`${none}.${payload}`).digest('base64url');
    expect(await refusal(`bearer ${none}.${payload}.${signature}`)).to.match(
      /^unauthenticated: (signing|token)/,
    );
  });

  it("does not take the driver's key for the peers' issuer", async () => {
    expect(await refusal(await forge(await claimsWith({ iss: 'peers' })))).to.equal(
      'unauthenticated: signature is invalid',
    );
  });
});
