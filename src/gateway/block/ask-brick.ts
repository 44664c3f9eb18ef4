import { connect } from 'node:net';
import type { Call } from '../../control/call.ts';
import { limitTime } from '../../control/limit-time.ts';
import { formatHandshake, parseHandshake } from './handshake.ts';

export interface BrickPort {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

const TIMEOUT_MS = 3_000;
/** A reply has a dictionary of a few hundred bytes. */
const MAX_REPLY_BYTES = 64 * 1024;

/**
 * Would this brick's process let this machine mount the directory? Asked as a client asks before it mounts, and
 * the connection closed again. Undefined: no answer that says so.
 */
export async function brickAllows(
  { host, port, path }: BrickPort,
  directory: string,
  call: Call,
): Promise<boolean | undefined> {
  using limit = limitTime(call.signal, TIMEOUT_MS);
  const reply = await converse(host, port, formatHandshake(path, directory), limit.signal);
  return reply === undefined ? undefined : parseHandshake(reply);
}

/** Sends one record and resolves with the one that comes back; undefined when none does. */
function converse(
  host: string,
  port: number,
  request: Buffer,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    let received = Buffer.alloc(0);
    const end = (reply?: Buffer) => {
      socket.destroy();
      resolve(reply);
    };
    socket.on('connect', () => socket.write(request));
    socket.on('error', () => end());
    socket.on('close', () => end());
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length > MAX_REPLY_BYTES) return end();
      if (received.length < 4) return;
      // The highest bit marks the last fragment of a record; replies have one (RFC 5531, 11).
      const length = received.readUInt32BE(0) & 0x7fffffff;
      if (received.length >= 4 + length) end(received.subarray(4, 4 + length));
    });
  });
}
