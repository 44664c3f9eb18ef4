import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { createEvents, type Events } from '../../src/kubernetes/events.ts';
import { FakeKubernetes, type Mishap } from '../fakes/kubernetes-api.ts';

const DIED = {
  type: 'Warning',
  reason: 'GlusterClientReplaced',
  message: 'the client of volume v died',
} as const;
const pod = { uid: '1111' };

describe('events', () => {
  let kubernetes: FakeKubernetes;
  let events: Events;
  let last = 0;

  beforeEach(async () => {
    kubernetes = await FakeKubernetes.start();
    kubernetes.pods.push(
      { namespace: 'shop', name: 'db-0', uid: '1111', node: 'w1' },
      { namespace: 'shop', name: 'db-1', uid: '2222', node: 'w2' },
    );
    events = start(kubernetes.address);
  });
  afterEach(async () => {
    await events.stop();
    await kubernetes[Symbol.asyncDispose]();
  });

  function start(address: { host: string; port: number } | undefined): Events {
    const { accountDirectory } = kubernetes;
    return createEvents({
      address,
      nodeName: 'w1',
      component: 'gluster-csi-mounter',
      accountDirectory,
      timeoutMs: 1_000,
      retryMs: 10,
    });
  }

  async function until(isSo: () => boolean): Promise<void> {
    const over = AbortSignal.timeout(15_000);
    while (!isSo()) await sleep(5, undefined, { signal: over });
  }

  /** Tells of one event more, which comes when all before it were sent or dropped. */
  async function settle(): Promise<void> {
    last += 1;
    events.nodeEvent({ type: 'Normal', reason: 'Last', message: String(last) });
    await until(() => kubernetes.events.at(-1)?.reason === 'Last');
    kubernetes.events.pop();
  }

  it('tells of a pod by its uid, where kubectl describe looks for it', async () => {
    events.podEvent({ pod, ...DIED });
    await settle();
    expect(kubernetes.events).to.have.length(1);
    expect(kubernetes.events[0]).to.deep.include({
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'db-0', uid: '1111' },
      source: { component: 'gluster-csi-mounter', host: 'w1' },
      count: 1,
      ...DIED,
    });
    expect(kubernetes.requests[0]).to.equal(
      'GET /api/v1/pods?fieldSelector=spec.nodeName=w1&resourceVersion=0',
    );
  });

  it('tells of a pod by its name, and asks for nothing when all is known', async () => {
    events.podEvent({ pod: { namespace: 'shop', name: 'db-0' }, ...DIED });
    await settle();
    expect(kubernetes.events[0]?.involvedObject).to.include({ uid: '1111' });
    kubernetes.requests.length = 0;
    events.podEvent({ pod: { namespace: 'shop', name: 'db-9', uid: '9999' }, ...DIED });
    await settle();
    expect(kubernetes.events[1]?.involvedObject).to.include({ name: 'db-9', uid: '9999' });
    expect(kubernetes.requests.filter((line) => line.startsWith('GET'))).to.deep.equal([]);
  });

  it('tells of the node in "default", under the uid that kubelet uses', async () => {
    events.nodeEvent({ type: 'Normal', reason: 'GlusterClientsOld', message: 'volume v' });
    await settle();
    expect(kubernetes.events[0]).to.deep.include({
      involvedObject: { apiVersion: 'v1', kind: 'Node', name: 'w1', uid: 'w1' },
      reason: 'GlusterClientsOld',
    });
    expect(kubernetes.events[0]?.metadata.namespace).to.equal('default');
  });

  it('lists the pods once for a burst, and drops what is of no pod of this node', async () => {
    for (const uid of ['1111', '2222', '3333']) events.podEvent({ pod: { uid }, ...DIED });
    await settle();
    expect(kubernetes.events.map(({ involvedObject }) => involvedObject['name'])).to.deep.equal(['db-0']);
    expect(kubernetes.requests.filter((line) => line.startsWith('GET'))).to.have.length(1);
  });

  it('says the same of the same object once', async () => {
    for (let time = 0; time < 50; time += 1) {
      events.podEvent({ pod, ...DIED });
      events.podEvent({ pod, ...DIED, message: 'another' });
      events.nodeEvent(DIED);
    }
    await settle();
    expect(kubernetes.events).to.have.length(3);
  });

  it('bounds what it is given to say', async () => {
    events.podEvent({ pod, ...DIED, message: `\u001b[31m\n${'ü'.repeat(2000)}` });
    await settle();
    const message = kubernetes.events[0]?.message ?? '';
    expect(Buffer.byteLength(message)).to.be.within(1000, 1024);
    expect(message).to.match(/^ \[31m ü+$/);
  });

  it('reads the token again when it is replaced', async () => {
    events.podEvent({ pod, ...DIED });
    await settle();
    kubernetes.rotate('second');
    events.podEvent({ pod, ...DIED, message: 'another' });
    await settle();
    expect(kubernetes.events).to.have.length(2);
  });

  it('tries again with a 401 until kubelet has written the new token', async () => {
    kubernetes.rotate('second', { written: false });
    kubernetes.before.push(
      () => {},
      () => kubernetes.rotate('second'),
    );
    events.nodeEvent(DIED);
    await until(() => kubernetes.events.length === 1);
    expect(kubernetes.requests).to.have.length(3);
  });

  it('trusts the CA of the account and no other', async () => {
    kubernetes.trust('other-ca.pem');
    events.nodeEvent(DIED);
    await events.stop();
    expect(kubernetes.requests).to.deep.equal([]);
  });

  const passing: readonly (readonly [string, Mishap])[] = [
    ['a 429 that says how long to wait', { status: 429, retryAfter: '0' }],
    ['a 500', { status: 500 }],
    ['a hang', 'hang'],
    ['an answer lost after the event was made', { status: 504, store: true }],
  ];
  for (const [name, mishap] of passing) {
    it(`survives ${name}`, async () => {
      kubernetes.mishaps.push(mishap);
      events.nodeEvent(DIED);
      await settle();
      expect(kubernetes.events.map(({ reason }) => reason)).to.deep.equal([DIED.reason]);
    });
  }

  it('drops what it may not say, at once, and says the next', async () => {
    kubernetes.mishaps.push({ status: 403 });
    events.nodeEvent(DIED);
    await settle();
    expect(kubernetes.events).to.deep.equal([]);
    expect(kubernetes.requests).to.have.length(2);
    events.nodeEvent(DIED);
    await settle();
    expect(kubernetes.events).to.have.length(1);
  });

  it('holds up no caller and keeps a bounded number while nobody answers, then stops', async () => {
    kubernetes.mishaps.push(...Array.from({ length: 1000 }, () => 'hang' as const));
    for (let number = 0; number < 5000; number += 1) {
      events.podEvent({ pod: { uid: String(number) }, ...DIED });
    }
    await until(() => kubernetes.requests.length > 0);
    await events.stop();
    events.nodeEvent(DIED);
    expect(kubernetes.requests.length).to.be.below(50);
  });

  it('does nothing outside of a cluster, or without an account', async () => {
    const outside = start(undefined);
    outside.podEvent({ pod, ...DIED });
    outside.nodeEvent(DIED);
    await outside.stop();
    const without = createEvents({
      address: kubernetes.address,
      nodeName: 'w1',
      component: 'x',
      accountDirectory: '/nonexistent',
      retryMs: 1,
    });
    without.nodeEvent(DIED);
    await without.stop();
    expect(kubernetes.requests).to.deep.equal([]);
  });
});
