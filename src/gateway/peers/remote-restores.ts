import type { Call } from '../../control/call.ts';
import type { RestoreStore } from '../bricks/restore-store.ts';

/** The restores of another server, through its gateway; `tell` asks it below /internal/v1/. */
export function createRemoteRestores(
  tell: (path: string, body: unknown, call: Call) => Promise<void>,
): RestoreStore {
  const step = (name: string) => (volume: string, token: string, call: Call) =>
    tell(`restores/${name}`, { volume, token }, call);
  return {
    prepare: (volume, snapshot, token, call) => tell('restores/prepare', { volume, snapshot, token }, call),
    close: step('close'),
    open: step('open'),
    finish: step('finish'),
    undo: step('undo'),
  };
}
