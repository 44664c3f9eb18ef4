import { expect } from 'chai';
import { parseBaseUrls } from '../../src/glusterd2/base-urls.ts';
import { createEndpoints } from '../../src/glusterd2/endpoints.ts';

describe('endpoints of a cluster', () => {
  it('come in the configured order, failed ones last, longest failed first, and back after a while', () => {
    let now = 0;
    const endpoints = createEndpoints(['a', 'b', 'c'], () => now);
    expect(endpoints.inOrder()).to.deep.equal(['a', 'b', 'c']);
    endpoints.failed('a');
    expect(endpoints.inOrder()).to.deep.equal(['b', 'c', 'a']);
    now = 10_000;
    endpoints.failed('b');
    expect(endpoints.inOrder()).to.deep.equal(['c', 'a', 'b']);
    endpoints.answered('b');
    expect(endpoints.inOrder()).to.deep.equal(['b', 'c', 'a']);
    now = 30_000;
    expect(endpoints.inOrder()).to.deep.equal(['a', 'b', 'c']);
  });

  it('are https, or http on loopback, or insecure on purpose', () => {
    const good = ['https://gw1:24010/', 'http://127.0.0.1:1', 'http://localhost:2', 'http://[::1]:3'];
    expect(parseBaseUrls(good, false)).to.deep.equal([
      'https://gw1:24010',
      'http://127.0.0.1:1',
      'http://localhost:2',
      'http://[::1]:3',
    ]);
    expect(parseBaseUrls(['http://gw1:24007'], true)).to.deep.equal(['http://gw1:24007']);
    for (const [url, reason] of [
      ['http://gw1:24007', 'insecure: true'],
      ['http://127.evil.example', 'insecure: true'],
      ['https://u:hunter2@gw1', 'user or password'],
      ['https://gw1/base', 'bound to the path'],
      ['https://gw1/?x=1', 'bound to the path'],
      ['ftp://gw1', 'https://'],
      ['gw1', 'no URL'],
    ] as const) {
      expect(() => parseBaseUrls([url], false), url)
        .to.throw(reason)
        .and.not.match(/hunter2/);
    }
    expect(() => parseBaseUrls([], false)).to.throw('at least one');
  });
});
