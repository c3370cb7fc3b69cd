import { describe, expect, it } from '@jest/globals';
import { ATTEMPTS_STREAM } from '@conclave/election';
import { StoreUnavailable, type NewEvent } from '@conclave/event-store';
import { ManualClock, to } from '@conclave/testing';
import { Attempts } from './attempts.js';

const order = { actor: 'operator:ana', reason: 'try', correlationId: 'c' };
const tried = { group: 'g', command: to.taint('a'), order, isDryRun: false };
const refused = { code: 'runner-unknown', detail: 'there is none' } as const;

/** A store that has what was published, or refuses it. */
function world() {
  const clock = new ManualClock();
  const published: NewEvent[] = [];
  const state = { isAway: false };
  const store = {
    publish: async (stream: string, event: NewEvent) => {
      if (state.isAway) throw new StoreUnavailable('away');
      expect(stream).toBe(ATTEMPTS_STREAM);
      published.push(event);
    },
    expire: async () => undefined,
  };
  const lines: string[] = [];
  const logger = { info: (_: unknown, line?: string) => void lines.push(line!) };
  const attempts = new Attempts(store, clock, 'i', logger);
  const read = () =>
    attempts.apply({
      stream: ATTEMPTS_STREAM,
      position: '1',
      events: published
        .splice(0)
        .map((event, n) => ({ ...event, stream: ATTEMPTS_STREAM, version: n + 1, position: '1' })),
    });
  const settle = async () => new Promise(setImmediate);
  return { clock, published, state, attempts, read, settle, lines };
}

describe('attempts', () => {
  it('are shown as they were read back, the newest first; a snapshot brings them back', () => {
    const { attempts, read, lines } = world();
    attempts.note({ ...tried, refused });
    attempts.note({ ...tried, isDryRun: true, refused: null });
    read();
    expect(lines).toEqual(['g: TaintRunner of operator:ana was refused: there is none']);
    expect(attempts.all).toMatchObject([
      { isDryRun: true, code: null, detail: null },
      {
        at: '2026-11-24T12:00:00.000Z',
        group: 'g',
        actor: 'operator:ana',
        reason: 'try',
        ...refused,
        omitted: 0,
      },
    ]);
    const again = world().attempts;
    again.restore(structuredClone(attempts.saved()));
    expect(again.all).toEqual(attempts.all);
  });

  it('whoever tries all day writes 100, then one in 5 s; what is left out is counted', () => {
    const { attempts, published, clock } = world();
    for (let n = 0; n < 150; n++) attempts.note({ ...tried, refused });
    expect(published).toHaveLength(100);
    clock.advance(5_000);
    attempts.note({ ...tried, refused });
    attempts.note({ ...tried, refused });
    expect(published).toHaveLength(101);
    expect(published[100]).toMatchObject({ data: { omitted: 50 } });
    clock.advance(3_600_000);
    for (let n = 0; n < 150; n++) attempts.note({ ...tried, refused });
    expect(published).toHaveLength(201); // no more than at the beginning
  });

  it('nobody hides what another one tries: runners, claimed names and each person have budgets of their own', () => {
    const { attempts, published } = world();
    const by = (actor: string) => attempts.note({ ...tried, order: { ...order, actor }, refused });
    for (let n = 0; n < 300; n++)
      for (const actor of [`runner:r${n}`, `claimed:c${n}`, 'operator:bob']) by(actor);
    expect(published).toHaveLength(300);
    by('operator:ana');
    expect(published.at(-1)).toMatchObject({ data: { actor: 'operator:ana', omitted: 600 } });
  });

  it('one that the store does not take is counted, too', async () => {
    const { attempts, published, state, settle } = world();
    state.isAway = true;
    attempts.note({ ...tried, refused });
    await settle();
    state.isAway = false;
    attempts.note({ ...tried, refused });
    expect(published).toMatchObject([{ data: { omitted: 1 } }]);
  });

  it('a thousand are remembered, and those of whoever tries most go first', () => {
    const { attempts, clock, read } = world();
    const tryAs = (actor: string, group: string) => {
      clock.advance(5_000);
      attempts.note({ ...tried, order: { ...order, actor }, group, refused });
    };
    for (let n = 0; n < 30; n++) tryAs('operator:eve', `eve${n}`);
    for (let n = 0; n < 1_171; n++) tryAs('operator:mallory', `g${n}`);
    read();
    expect([attempts.all.length, attempts.all[0]!.group]).toEqual([1_000, 'g1170']);
    const of = (name: string) => attempts.all.filter(({ actor }) => actor === `operator:${name}`);
    expect(of('eve').map(({ group }) => group)).toEqual(Array.from({ length: 30 }, (_, n) => `eve${29 - n}`));
    expect(of('mallory').at(-1)!.group).toBe('g201');
  });

  it('are told of for a week, however few came after: the names in them are gone from the log by then', () => {
    const { attempts, clock, read } = world();
    attempts.note({ ...tried, refused });
    clock.advance(7 * 86_400_000);
    attempts.note({ ...tried, group: 'h', refused });
    read();
    expect(attempts.all.map(({ group }) => group)).toEqual(['h', 'g']);
    clock.advance(1);
    expect(attempts.all.map(({ group }) => group)).toEqual(['h']);
  });
});
