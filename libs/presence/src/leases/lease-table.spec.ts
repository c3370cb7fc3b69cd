import { describe, expect, it } from '@jest/globals';
import { Groups, type RecordedEvent } from '@conclave/election';
import { LeaseTable } from '@conclave/presence';
import { inc } from '@conclave/processes';
import { on } from '@conclave/testing';

type Step = ReturnType<typeof on.configured>;

/** Groups and lease table folded together, as the tail does it. */
function world(...steps: Step[]) {
  const groups = new Groups();
  const table = new LeaseTable(groups);
  let version = 0;
  let revision = 0;
  const apply = (...more: Step[]) => {
    for (const { event, at } of more) {
      if (event.type === 'RunnerRegistered' && event.data.seniority === 0) event.data.seniority = version + 1;
      const recorded = {
        ...event,
        group: 'g',
        version: ++version,
        position: String(version),
        meta: { at, actor: 'x', reason: null, commandId: inc('c'), hash: '' },
      } as unknown as RecordedEvent;
      table.groupChanged(recorded, groups.apply([recorded]).after);
    }
  };
  const beat = (runner: string, sequence: number, term: number | null, more: object = {}) => {
    revision++;
    return table.beatsObserved(revision, [
      { group: 'g', runner, incarnation: inc(runner), sequence, acked: sequence, term, ...more },
    ])[0]!.grantMs;
  };
  const expire = (term: number, after: number) => {
    revision++;
    return (
      table.leaseExpired(revision, {
        instance: inc('s'),
        terms: [{ group: 'g', term, after: String(after), lastSeenAt: null, silentMs: 0, leaseMs: 0 }],
      }).length === 1
    );
  };
  apply(...steps);
  return { apply, beat, expire, table, groups };
}
const led = () =>
  world(
    on.configured(),
    on.registered('a'),
    on.activated('a'),
    on.elected('a', 1),
    on.registered('b'),
    on.activated('b'),
  );

describe('lease table: valid beats (L1)', () => {
  it('grants the lease in force to the incarnation that was elected, for its term', () => {
    const w = led();
    expect(w.beat('a', 1, 1)).toBe(15_000);
    w.apply(on.configured({ leaseMs: 3_000, heartbeatMs: 1_000 }));
    expect(w.beat('a', 2, 1)).toBe(3_000);
    // the maximum counts for the deadline
    expect(w.table.get('g')).toMatchObject({ lastValidRevision: 2, maxLeaseMs: 15_000 });
  });
  it('nothing for no term, another term, another runner, another incarnation', () => {
    const w = led();
    expect([
      w.beat('a', 1, null),
      w.beat('a', 2, 2),
      w.beat('b', 1, 1),
      w.beat('a', 9, 1, { incarnation: inc('a', 2) }),
    ]).toEqual([0, 0, 0, 0]);
    expect(w.table.get('g')!.lastValidRevision).toBe(0);
  });
  it('nothing for a beat more than 6 beyond what was answered', () => {
    const w = led();
    expect(w.beat('a', 12, 1, { acked: 5 })).toBe(0);
    expect(w.beat('a', 13, 1, { acked: 7 })).toBe(15_000);
  });
  it('of a running term that may have ended in what is gone nothing is granted, until those who knew have acted', () => {
    const w = led();
    w.table.miss(7);
    expect([w.beat('a', 1, 1), w.beat('a', 2, 1)]).toEqual([0, 0]);
    // others may be sure, and grant: this server's deadline must follow
    const beat = { group: 'g', runner: 'a', incarnation: inc('a'), sequence: 9, acked: 8, term: 1 };
    expect(w.table.beatsObserved(9, [beat])).toEqual([{ beat, renewedMs: 15_000, grantMs: 0 }]);
    w.table.trust();
    expect(w.beat('a', 3, 1)).toBe(15_000);
  });
  it('nothing rests on what has expired from the log: who has read more comes to the same', () => {
    const [longer, shorter] = [led(), led()];
    longer.beat('b', 900, null);
    longer.beat('a', 1_000, 1);
    shorter.table.doubt(2); // two days later: the two records are gone
    // a process with a fixed incarnation that starts its sequence again
    const again = [{ group: 'g', runner: 'a', incarnation: inc('a'), sequence: 1, acked: 0, term: 1 }];
    for (const w of [longer, shorter]) {
      expect(w.table.beatsObserved(3, again)[0]!.grantMs).toBe(15_000);
      expect(w.table.get('g')!.lastValidRevision).toBe(3);
    }
  });
  it('in handover only what was recorded as draining', () => {
    const w = led();
    w.apply(on.revoked('a', 1, 'tainted'));
    expect(w.beat('a', 1, 1)).toBe(0);
    expect(w.beat('a', 2, 1, { draining: true })).toBe(15_000);
  });
});

describe('lease table: expiry (L4)', () => {
  it('is effective if no valid beat lies between, and then nothing renews any more, nor do longer leases', () => {
    const w = led();
    w.beat('a', 1, 1);
    expect(w.expire(1, 1)).toBe(true);
    expect(w.beat('a', 2, 1)).toBe(0);
    w.apply(on.configured({ leaseMs: 60_000 }));
    expect(w.beat('a', 3, 1)).toBe(0); // G2
    expect([...w.table.expired]).toEqual([w.table.get('g')]);
    expect(w.expire(1, 1)).toBe(false); // once
  });
  it('is void if a renewal came between "I saw none" and the record', () => {
    const w = led();
    w.beat('a', 1, 1);
    w.beat('a', 2, 1); // revision 2; the record was written knowing revision 1
    expect(w.expire(1, 1)).toBe(false);
    expect(w.beat('a', 3, 1)).toBe(15_000);
  });
  it('an invalid beat between does not void it; another term is not touched', () => {
    const w = led();
    w.beat('a', 1, 1);
    w.beat('a', 9, 1, { acked: 1 }); // nobody answered it: renews nothing
    expect(w.expire(2, 1)).toBe(false);
    expect(w.expire(1, 1)).toBe(true);
  });
  it('all servers agree: folding the same records gives the same outcome', () => {
    const run = () => {
      const w = led();
      return [w.beat('a', 1, 1), w.expire(1, 0), w.beat('a', 2, 1), w.expire(1, 3), w.beat('a', 3, 1)];
    };
    expect(run()).toEqual(run());
    expect(run()).toEqual([15_000, false, 15_000, true, 0]);
  });
});

describe('lease table of a server that has not seen all of the presence log (G2)', () => {
  /** Reads from revision 8 on; the other one has seen the valid beat at revision 7. */
  const partial = (isWhole: boolean) => {
    const w = led();
    // what stands before is not there; or there is somebody without a name in it
    w.table.doubt(isWhole ? 7 : 8);
    return w.table;
  };
  it('says that it saw none after what it has not seen: every server agrees that the lease is over', () => {
    const [table, whole] = [partial(true), led().table];
    expect(table.nothingAfter(table.get('g')!)).toBe(7);
    whole.beatsObserved(7, [
      { group: 'g', runner: 'a', incarnation: inc('a'), sequence: 1, acked: 1, term: 1 },
    ]);
    const terms = [{ group: 'g', term: 1, after: '7', lastSeenAt: null, silentMs: 0, leaseMs: 0 }];
    expect([table, whole].map((t) => t.leaseExpired(9, { instance: inc('s'), terms }).length)).toEqual([
      1, 1,
    ]);
  });
  it('a record with somebody whom it does not know by name is not seen either', () => {
    const table = partial(false);
    expect(table.nothingAfter(table.get('g')!)).toBe(8);
  });
  it('does not judge the expiries of others by what it has not seen, and grants nothing of what it cannot judge', () => {
    const table = partial(true);
    const expired = (after: string) =>
      table.leaseExpired(9, {
        instance: inc('s'),
        terms: [{ group: 'g', term: 1, after, lastSeenAt: null, silentMs: 0, leaseMs: 0 }],
      });
    const beat = (sequence: number) =>
      table.beatsObserved(9 + sequence, [
        { group: 'g', runner: 'a', incarnation: inc('a'), sequence, acked: sequence, term: 1 },
      ])[0]!.grantMs;
    // a valid beat after it was seen: void for everybody
    expect([beat(1), expired('6'), beat(2)]).toEqual([15_000, [], 15_000]);
    const doubtful = partial(true);
    expect(
      doubtful.leaseExpired(9, {
        instance: inc('s'),
        terms: [{ group: 'g', term: 1, after: '6', lastSeenAt: null, silentMs: 0, leaseMs: 0 }],
      }),
    ).toEqual([]);
    expect(
      doubtful.beatsObserved(10, [
        { group: 'g', runner: 'a', incarnation: inc('a'), sequence: 1, acked: 1, term: 1 },
      ])[0]!.grantMs,
    ).toBe(0);
  });
  it('one that has read it from the beginning has seen all', () => {
    const w = led();
    expect(w.table.nothingAfter(w.table.get('g')!)).toBe(0);
    w.beat('a', 1, 1);
    expect(w.table.nothingAfter(w.table.get('g')!)).toBe(1);
  });
});
