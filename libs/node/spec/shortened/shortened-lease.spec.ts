import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { to } from '@conclave/testing';
import { register, settings, World } from '../node.fixture.js';

let w: World;
beforeEach(async () => {
  w = await World.open();
});
afterEach(async () => w.close());

/** It is over by the word of who led in it, not elected again for long. */
const resignFirst = {
  type: 'ResignLeadership' as const,
  runner: 'a',
  incarnation: inc('a'),
  term: 1,
  cooldownMs: 600_000,
};

describe('a lease that was shortened', () => {
  it('the dead are elected once each after the lease was shortened, and whoever comes back leads at once', async () => {
    const s = await w.server();
    await w.ledPair(s, { leaseMs: 600_000 }); // both say when they are heard next: in 200 s
    await s.do(register('c'));
    await s.beat('c', 1);
    await s.do(settings({ leaseMs: 3_000, heartbeatMs: 1_000 }));
    await w.pass(400);
    await s.do(resignFirst);
    await w.pass(10_000);
    const { runners, leadership, term } = s.groups.get('g')!;
    expect(leadership).toBeNull();
    expect(['b', 'c'].map((id) => runners.get(id)!.status)).toEqual(['silent', 'silent']);
    expect(term).toBeLessThanOrEqual(5);
    await w.pass(10_000);
    expect(s.groups.get('g')!.term).toBe(term);
    await s.beat('c', 2);
    expect(s.leadership).toMatchObject({ term: term + 1, runner: 'c' });
  });

  const damping = { halfLifeMs: 900_000, suppressAt: 1_000, reuseAt: 500, maxSuppressMs: 3_600_000 };

  it('nor does a shortened lease count a silence against who beats as it was told to, where those are counted', async () => {
    const s = await w.server();
    await s.do(settings({ damping }));
    await w.ledPair(s, { leaseMs: 600_000 }); // b is to beat again in 200 s
    await s.do(settings({ leaseMs: 3_000, heartbeatMs: 1_000 }));
    await s.do(resignFirst);
    await w.pass(3_000);
    expect(s.groups.get('g')).toMatchObject({ term: 3, leadership: { runner: 'b' } }); // the second one in which it is not heard
    expect(s.groups.get('g')!.runners.get('b')!.status).toBe('active');
    await s.alive('b', 2);
    expect(s.leadership?.runner).toBe('b');
  });

  it('which are: the dead lead twice each at the most, not in turn until the lease of before is over', async () => {
    const s = await w.server();
    await s.do(settings({ damping }));
    await w.ledPair(s, { leaseMs: 600_000 });
    await s.do(register('c'));
    await s.beat('c', 1);
    await s.do(settings({ leaseMs: 3_000, heartbeatMs: 1_000 }));
    await s.do(resignFirst);
    await w.pass(20_000);
    const { runners, leadership, term } = s.groups.get('g')!;
    expect([leadership, term]).toEqual([null, 5]);
    expect(['b', 'c'].map((id) => runners.get(id)!.status)).toEqual(['silent', 'silent']);
    await w.pass(20_000);
    expect(s.groups.get('g')!.term).toBe(term);
  });

  it('nor against who was only restarted: the term of its old process ended after its last beat', async () => {
    const s = await w.server();
    await s.do(settings({ damping }));
    await w.ledPair(s, { leaseMs: 20_000 });
    await s.do(to.register('a', { ready: true, incarnation: inc('a', 2) }));
    let [ofA, ofB] = [0, 1];
    await w.pass(21_500, async (t) => {
      if (t % 6_000 === 1_000) await s.beat('a', ++ofA, undefined, { incarnation: inc('a', 2) });
      if (t % 6_000 === 0)
        await s.beat('b', ++ofB, s.leadership?.runner === 'b' ? s.leadership.term : undefined);
    });
    expect(s.groups.get('g')!.runners.get('a')!.unsettledSince! > s.presence.lastSeenAt('g', 'a')!).toBe(
      true,
    );
    await s.do(settings({ leaseMs: 3_000, heartbeatMs: 1_000 }));
    const { runner, incarnation, term } = s.leadership!;
    await s.do({ type: 'ResignLeadership', runner, incarnation, term, cooldownMs: 600_000 });
    expect(s.leadership?.runner).toBe('a');
    await w.pass(6_000);
    const causes = s.groups.get('g')!.recentTerms.map(({ runner: who, cause }) => `${who} ${cause}`);
    expect(causes).toEqual(['a lease-expired', 'b resigned', 'a lease-expired', 'a heartbeat-missed']); // the second one unheard
  });
});
