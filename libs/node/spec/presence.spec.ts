import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { inc, until } from '@conclave/processes';
import { register, Servers, settings, World } from './node.fixture.js';

let w: World;
beforeEach(async () => {
  w = await World.open();
});
afterEach(async () => w.close());

describe('presence, clock driven by the test', () => {
  it('a silent leader is followed when its lease is over, never before, within 1 s after', async () => {
    // G2, G5
    const s = await w.server();
    await w.ledPair(s);
    let sequence = 1;
    let endedAfterMs = 0;
    await w.pass(3_000, async (t) => {
      if (t % 500 === 0) await s.alive('b', ++sequence);
      if (s.leadership?.term === 1) endedAfterMs = t;
    });
    expect(s.leadership).toMatchObject({ term: 2, runner: 'b' });
    expect(endedAfterMs).toBeGreaterThanOrEqual(1_515);
    expect(endedAfterMs).toBeLessThan(2_515);
  });

  it('a lease that ends between two ticks is over then, and not before', async () => {
    const s = await w.server();
    await w.ledPair(s);
    let sequence = 1;
    await w.pass(1_550, async (t) => {
      if (t % 500 === 0) await s.alive('b', ++sequence);
    });
    w.clock.advance(14);
    const asked = jest.spyOn(w.clock, 'monotonicMs');
    await until('the timer has come, and looked', () => asked.mock.calls.length > 10);
    expect(s.leadership).toMatchObject({ term: 1 });
    w.clock.advance(1);
    await until('b follows without another tick', () => s.leadership?.runner === 'b');
  });

  it('a leader that beats keeps its term for ever and writes nothing into the group', async () => {
    const s = await w.server();
    await w.ledPair(s);
    const { version } = s.groups.get('g')!;
    let sequence = 1;
    await w.pass(6_000, async (t) => {
      if (t % 500 === 0) {
        sequence++;
        await Promise.all([s.beat('a', sequence, 1), s.alive('b', sequence)]);
      }
    });
    expect(s.groups.get('g')).toMatchObject({ version, leadership: { term: 1, runner: 'a' } });
  });

  it('a restarted server gives everybody a whole lease, then gives up the dead', async () => {
    // G5
    const s = await w.server();
    await w.ledPair(s);
    await s.stop();
    w.servers = new Servers();
    w.clock.advance(3_600_000);
    const next = await w.server('s2');
    let sequence = 10;
    await w.pass(1_400, async (t) => {
      if (t % 200 === 0) await next.alive('b', ++sequence);
    });
    expect(next.leadership).toMatchObject({ term: 1, runner: 'a' });
    await w.pass(1_500, async (t) => {
      if (t % 200 === 0) await next.alive('b', ++sequence);
    });
    expect(next.leadership).toMatchObject({ term: 2, runner: 'b' });
  });

  it('a shortened lease does not cut the grant given before', async () => {
    // G2
    const s = await w.server();
    await w.ledPair(s, { leaseMs: 6_000 });
    await w.pass(200);
    await s.do(settings({ leaseMs: 500 }));
    let sequence = 1;
    await w.pass(5_700, async (t) => {
      if (t % 100 === 0) await s.alive('b', ++sequence);
    });
    expect(s.leadership).toMatchObject({ term: 1 });
    await w.pass(1_500, async (t) => {
      if (t % 100 === 0) await s.alive('b', ++sequence);
    });
    expect(s.leadership).toMatchObject({ term: 2, runner: 'b' });
  });

  it('draining is granted until drainMs after the revocation, then not', async () => {
    const s = await w.server();
    await w.ledPair(s, { drainMs: 1_000 });
    await s.do({
      type: 'TaintRunner',
      runner: 'a',
      key: 'k',
      effect: 'NoLead',
      expiresAt: null,
      ttlMs: null,
      until: null,
    });
    expect(await s.beat('a', 2, 1)).toMatchObject({ role: 'revoked', leaseMs: 1_500, cause: 'tainted' });
    let sequence = 2;
    await w.pass(1_100, async (t) => {
      if (t % 250 === 0) {
        sequence++;
        await s.beat('a', sequence, 1);
        await s.alive('b', sequence);
      }
    });
    expect(await s.beat('a', 50, 1)).toMatchObject({ role: 'revoked', leaseMs: 0 });
    await w.pass(2_500, async (t) => {
      if (t % 250 === 0) {
        sequence++;
        await s.alive('b', sequence);
      }
    });
    expect(s.leadership).toMatchObject({ term: 2, runner: 'b' });
  });

  it('a release in a beat counts once; the next reply tells how the term ended', async () => {
    // L11
    const s = await w.server();
    await w.ledPair(s);
    await s.do({
      type: 'TaintRunner',
      runner: 'a',
      key: 'k',
      effect: 'NoLead',
      expiresAt: null,
      ttlMs: null,
      until: null,
    });
    expect(await s.beat('a', 2, undefined, { released: 1 })).toMatchObject({
      role: 'standby',
      term: 2,
      leader: 'b',
      ended: { term: 1, cause: 'released' }, // where nobody follows no later term would tell it
    });
    expect(await s.beat('a', 3, 1, { released: 1 })).toMatchObject({
      role: 'standby',
      term: 2,
      ended: { term: 1, cause: 'released' },
    });
  });

  it('a stream that throws when it is told neither stops the log nor the other streams', async () => {
    const s = await w.server();
    await s.do(register('a'));
    await s.do(register('b'));
    const heard: string[] = [];
    let isBroken = false;
    await s.presence.openSession(
      { group: 'g', runner: 'a', incarnation: inc('a') },
      {
        send: () => {
          if (isBroken) throw new Error('broken pipe');
        },
        end: () => undefined,
      },
    );
    await s.presence.openSession(
      { group: 'g', runner: 'b', incarnation: inc('b') },
      { send: (event) => heard.push(event), end: () => undefined },
    );
    isBroken = true;
    await s.do({ type: 'ResignLeadership', runner: 'a', incarnation: inc('a'), term: 1, cooldownMs: null });
    await until('b is told', () => heard.includes('elected'));
    expect(s.defects.map(String)).toEqual(['Error: broken pipe']);
    await s.do(settings({ drainMs: 1 }));
  });

  it('whoever was elected, or has to stop, is told before all others, whenever its stream was opened', async () => {
    const s = await w.server();
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) await s.do(register(id));
    const told: string[] = [];
    for (const id of ['d', 'c', 'b', 'a'])
      await s.presence.openSession(
        { group: 'g', runner: id, incarnation: inc(id) },
        { send: (event) => told.push(`${id} ${event}`), end: () => undefined },
      );
    told.length = 0;
    await s.do({ type: 'TransferLeadership', transfer: inc('t'), to: 'c', force: false, deadlineMs: null });
    await until('a is told', () => told.length > 0);
    expect(told.splice(0)).toEqual(['a revoked']);
    await s.do({ type: 'ReleaseLeadership', runner: 'a', incarnation: inc('a'), term: 1 });
    await until('all are told', () => told.length === 4);
    expect(told).toEqual(['c elected', 'd standby', 'b standby', 'a standby']);
  });
});
