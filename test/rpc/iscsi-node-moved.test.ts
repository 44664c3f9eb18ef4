import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { fails } from './block-node-harness.ts';
import {
  CHAP,
  CONTEXT,
  GIB,
  INITIATOR,
  IQN,
  LUN_ID,
  LUN_STAGING,
  LUN_TARGET,
  type LunNode,
  PORTALS,
  startLunNode,
} from './iscsi-node-harness.ts';

describe('block node over iSCSI, when the servers have made another target since', () => {
  let node: LunNode;
  const moved = {
    publishContext: { ...CONTEXT, iqn: `${IQN}-2`, wwn: 'a1a1a1a1-7a3b-4c53-8f0d-9d9a2a3b1c77' },
  };
  beforeEach(async () => {
    node = await startLunNode();
    const serial = moved.publishContext.wwn;
    const made = node.targets.add(moved.publishContext.iqn, {
      portals: PORTALS,
      serial,
      bytes: BigInt(GIB),
    });
    made.disk = node.target.disk;
    made.initiators.set(INITIATOR, CHAP);
  });
  afterEach(() => node[Symbol.asyncDispose]());

  const end = () => {
    for (const portal of PORTALS) node.target.portals.set(portal, false);
    node.host.giveUp();
  };
  it('goes by that one, and leaves nothing of the one that is dead', async () => {
    await node.stage();
    end();
    await node.stage(moved);
    expect(node.host.leftovers.filter((one) => one.includes(`${IQN} `))).to.deep.equal([]);
    await node.publish(moved);
    expect(await node.host.probeFileSystem(LUN_TARGET, call())).to.equal('live');
    expect(node.target.disk.formatted).to.equal(1);
    await node.unpublish();
    await node.unstage();
    expect([await node.host.mounts(), node.host.leftovers]).to.deep.equal([[], []]);
  });

  it('goes by that one after a boot, which leaves what it had noted', async () => {
    const note = { v: 1, id: LUN_ID, iqn: IQN, portals: PORTALS, lun: 0, wwn: CONTEXT.wwn };
    await node.host.writeNote(`${LUN_STAGING}/target.json`, `${JSON.stringify(note)}\n`, call());
    await node.stage(moved);
    await node.unstage();
    expect(node.host.leftovers).to.deep.equal([]);
  });

  it('leaves what still works, or what pods have, to those who take it away', async () => {
    await node.stage();
    await fails(node.stage(moved), status.ALREADY_EXISTS, /is staged from target .*; unstage it first/);
    expect((await node.host.mounts()).map(({ target }) => target)).to.include(`${LUN_STAGING}/volume`);
    await node.publish();
    end();
    await fails(node.stage(moved), status.FAILED_PRECONDITION, /is published at .*; unpublish it there/);
  });

  function call() {
    return { id: 'test', signal: AbortSignal.timeout(5_000) };
  }
});
