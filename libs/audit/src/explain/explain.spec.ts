import { describe, expect, it } from '@jest/globals';
import { appendsOf, initialState, type ElectionCommand } from '@conclave/election';
import { appendInWords, explainNow } from '@conclave/audit';
import { inc } from '@conclave/processes';
import { AT, atPlus, given, historyOf, led, on, to, verdict } from '@conclave/testing';
import { electionsIn } from './elections.fixture.js';

describe('explanations', () => {
  it('tells elections with their end, trigger and policy', async () => {
    const history = historyOf([
      {
        waitMs: 0,
        command: {
          type: 'RegisterRunner',
          runner: 'a',
          incarnation: inc('a', 1),
          ready: true,
          previousExited: null,
        },
      },
      {
        waitMs: 0,
        command: {
          type: 'RegisterRunner',
          runner: 'b',
          incarnation: inc('b', 1),
          ready: true,
          previousExited: null,
        },
      },
      {
        waitMs: 0,
        command: {
          type: 'RegisterRunner',
          runner: 'c',
          incarnation: inc('c', 1),
          ready: true,
          previousExited: null,
        },
      },
      { waitMs: 1_000, command: to.taint('c', 'NoLead', 'upgrade') },
      {
        waitMs: 60_000,
        command: {
          type: 'ReportLeaseExpired',
          term: 1,
          lastSeenAt: atPlus(45_900),
          silentMs: 15_100,
          leaseMs: 15_000,
          deafMs: 0,
        },
      },
    ]);
    const [first, second] = await electionsIn(history);
    expect(first).toMatchObject({
      term: 1,
      runner: 'a',
      endedAt: atPlus(61_000),
      endCause: 'heartbeat-missed',
      settings: { leaseMs: 15_000 },
    });
    expect(second).toMatchObject({
      term: 2,
      runner: 'b',
      endedAt: null,
      endCause: null,
      words:
        'runner "b" elected for term 2: runner "a" missed its heartbeats for 15.1 s; runner "a" is silent since 2026-11-24T12:00:45.900Z; runner "c" is tainted upgrade (NoLead by operator:ana)',
    });
    expect(second!.standings.map((s) => [s.runner, s.needs])).toEqual([
      ['b', []],
      ['a', [{ kind: 'active' }]],
      [
        'c',
        [
          { kind: 'untaint', key: 'upgrade' },
          { kind: 'outrank', runner: 'b', why: 'seniority' },
        ],
      ],
    ]);
    expect(second!.standings[2]!.words).toMatch(
      /would be elected with: its taint upgrade lifted, "b", which is older, not electable$/,
    );
    const appends = [];
    for await (const append of appendsOf(history, initialState('g'))) appends.push(...appendInWords(append));
    expect(appends.slice(0, 3)).toEqual([
      'group created',
      'runner "a" registered, active',
      'runner "a" elected for term 1: nobody led, and it became active',
    ]);
    expect(appends.slice(-3, -1)).toEqual([
      'runner "a" missed its heartbeats for 15.1 s',
      'term 1 of runner "a" ended: runner "a" missed its heartbeats for 15.1 s',
    ]);
  });

  it('now: why nobody leads, why this one does, why not another', () => {
    const pinned = given(
      ...led(),
      on.missed('a', { incarnation: inc('a') }),
      on.ended('a', 1, 'heartbeat-missed'),
      on.pinned('a', 'strict'),
      on.leaderless(1, 'heartbeat-missed', [verdict('a', 'silent', null)]),
    ).when(to.release('a', 1)).after;
    const nobody = explainNow(pinned, AT);
    expect(nobody.words).toMatch(/^nobody leads: runner "a" is silent.*"b" is pinned out: only "a" may lead/);
    expect(nobody.standings.find((s) => s.runner === 'b')!.needs).toEqual([{ kind: 'unpin', runner: 'a' }]);
    const someone = explainNow(given(...led()).when({ type: 'ForgiveRunner', runner: 'a' }).after, AT);
    expect(someone).toMatchObject({
      leader: 'a',
      term: 1,
      words: expect.stringMatching(/there is an election when its term ends/),
    });
  });

  it('says of no election that it comes while elections are held, or nobody may lead', async () => {
    const after = async (...commands: ElectionCommand[]): Promise<string> => {
      const both = ['a', 'b'].map((runner) => to.register(runner, { ready: true }));
      const history = historyOf([...both, ...commands].map((command) => ({ waitMs: 0, command })));
      let state = initialState('g');
      for await (const append of appendsOf(history, state)) state = append.after;
      return explainNow(state, state.lastAt!).words;
    };
    expect(await after({ type: 'PauseElections', expiresAt: null, ttlMs: null })).toMatch(
      /^runner "a" leads in term 1 since \S+; nobody follows while elections are paused \(by operator:ana/,
    );
    expect(await after({ type: 'DrainGroup', expiresAt: null, ttlMs: null })).toMatch(
      /and must stop \(drained\); nobody follows while elections are paused \(by operator:ana/,
    );
    expect(await after(to.taint('a'))).toMatch(/and must stop \(tainted\); then the next is elected$/);
    expect(await after(to.taint('b'), to.taint('a'))).toMatch(
      /and must stop \(tainted\); nobody may follow yet$/,
    );
  });
});
