import { expect } from 'chai';
import { createReport } from '../../src/mounter/tell.ts';
import { log } from '../../src/telemetry/log.ts';

describe('the log of the mounter', () => {
  const { warn } = log;
  let lines: unknown[] = [];
  beforeEach(() => {
    lines = [];
    log.warn = (line: unknown) => lines.push(line);
  });
  afterEach(() => {
    log.warn = warn;
  });

  it('says once why an old client stays, until that changes, while the event is left to its own limits', () => {
    const events: string[] = [];
    const report = createReport({
      podEvent: () => {},
      nodeEvent: ({ message }) => events.push(message),
    });
    const tell = (id: string, why: string) => report.keptOld({ id, volume: 'one', clientId: 'v1', why });
    for (const why of ['hung', 'hung', 'offline', 'offline', 'hung']) tell('a', why);
    tell('b', 'hung');
    const said = (id: string, why: string) => ({ client: id, volume: 'one', of: 'v1', why });
    expect(lines).to.deep.equal([
      said('a', 'hung'),
      said('a', 'offline'),
      said('a', 'hung'),
      said('b', 'hung'),
    ]);
    expect(events).to.have.length(6);
  });

  it('names the volumes of an older mounter, not all of very many, and what to do', () => {
    const events: string[] = [];
    const report = createReport({ podEvent: () => {}, nodeEvent: ({ message }) => events.push(message) });
    const volumes = Array.from({ length: 12 }, (_, i) => `v${i + 1}`);
    report.outdated({ volumes, clientId: 'image:1', newest: 'image:2' });
    expect(events).to.deep.equal([
      'volumes v1, v2, v3, v4, v5, v6, v7, v8, v9, v10 and 2 more are served by glusterfs clients of image:1, and the release is image:2; delete the mounter’s pod on this node, and the next one replaces them under the pods',
    ]);
  });

  it('says it anew after a time without old clients', () => {
    const report = createReport({ podEvent: () => {}, nodeEvent: () => {} });
    const kept = { id: 'a', volume: 'one', clientId: 'v1', why: 'hung' };
    report.keptOld(kept);
    report.counted({ live: 1, dead: 0, old: 1 });
    report.keptOld(kept);
    report.counted({ live: 1, dead: 0, old: 0 });
    report.keptOld(kept);
    expect(lines).to.have.length(2);
  });
});
