import * as z from 'zod';
import { snapInfo } from '../../src/glusterd2/snapshot-wire.ts';
import { volumeInfo } from '../../src/glusterd2/wire.ts';
import type { Lab } from '../pool/lab/lab.ts';
import { SnapshotApi } from '../pool/snapshots/snapshot-api.ts';
import { timed } from './figures.ts';

/** Milliseconds. `still`: all bricks stood still; `reflink`: within it, their images were copied. */
export interface SnapshotTimes {
  readonly request: number;
  readonly still: number;
  readonly reflink: number;
}

const logged = z.object({
  msg: z.literal('bricks stood still'),
  snapshots: z.array(z.string()),
  takeMs: z.number(),
  stillMs: z.number(),
});

/** Takes snapshots and clones of a lab's volumes on the gateway of server 1, with their times. */
export class SnapshotTimer {
  readonly lab: Lab;
  readonly api: SnapshotApi;

  private constructor(lab: Lab, api: SnapshotApi) {
    this.lab = lab;
    this.api = api;
  }

  static async on(lab: Lab): Promise<SnapshotTimer> {
    return new SnapshotTimer(lab, await SnapshotApi.on(lab, { program: 'bundle', logLevel: 'info' }));
  }

  async take(volume: string, snapshot: string): Promise<SnapshotTimes> {
    const body = { volname: volume, snapname: snapshot };
    // A machine that is too busy to hold all bricks still together is told so, and asks again: what counts is the last.
    const request = await this.api.retried(() => timed(() => this.api.post('/v1/snapshots', body, snapInfo)));
    const line = this.#loggedOf(snapshot).at(-1);
    if (line === undefined) throw new Error(`the gateway has not logged how long ${snapshot} took`);
    return { request, still: line.stillMs, reflink: line.takeMs };
  }

  /** Milliseconds until the clone is handed out: started, and healed. */
  clone(snapshot: string, name: string): Promise<number> {
    return timed(() =>
      this.api.retried(() =>
        this.api.post(`/v1/snapshots/${snapshot}/clone`, { clonename: name }, volumeInfo),
      ),
    );
  }

  #loggedOf(snapshot: string) {
    const lines = this.api.gateways.service(1).log().split('\n');
    return lines
      .filter((line) => line.includes('bricks stood still'))
      .map((line) => logged.parse(JSON.parse(line)))
      .filter(({ snapshots }) => snapshots.includes(snapshot));
  }
}
