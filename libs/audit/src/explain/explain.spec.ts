import { describe, expect, it } from '@jest/globals';
import { appendsOf, decide, evolve, initialState, verdictInWords, type GroupState, type RecordedEvent, type RunnerState } from '@conclave/election';
import { appendInWords, availabilityOf, electionsOf, explained, Contest, explainNow, type ExplainedElection, type Need } from '@conclave/audit';
import { AT, atPlus, given, historyOf, inc, led, on, storiesOf, to, verdict } from '@conclave/testing';

const FOR_EVER = { expiresAt: null, until: null };
/** The group as it would be, written down independently of `needs.ts`. What was in force at that moment is so for ever: it must not end in the asking. */
function as(state: GroupState, runner: string, needs: readonly Need[]): GroupState {
  const runners = new Map<string, RunnerState>([...state.runners].map(([id, r]) => [id, { ...r, taints: r.taints.map((t) => ({ ...t, ...FOR_EVER })) }]));
  let pin = state.pin && { ...state.pin, ...FOR_EVER };
  let pause = state.pause && { ...state.pause, expiresAt: null };
  for (const need of needs) {
    const own = runners.get(runner)!;
    if (need.kind === 'resume') pause = null;
    if (need.kind === 'active') runners.set(runner, { ...own, status: 'active', activeSince: state.lastAt, unsettledSince: null });
    if (need.kind === 'untaint') runners.set(runner, { ...own, taints: own.taints.filter((t) => t.key !== need.key) });
    if (need.kind === 'unpin') pin = null;
    if (need.kind === 'wait') runners.set(runner, { ...own, cooldownUntil: null });
    if (need.kind === 'forgive') runners.set(runner, { ...own, silences: [], unsettledSince: null });
    if (need.kind === 'outrank') runners.set(need.runner, { ...runners.get(need.runner)!, status: 'silent' });
  }
  return { ...state, runners, pin, pause, leadership: null };
}
/** Who the real decider elects. */
function elects(state: GroupState, at: string): string | null {
  const decision = decide({ type: 'Reconcile', cause: 'reconciled' }, state, { at, actor: 'x', reason: null });
  const elected = 'events' in decision ? decision.events.find((e) => e.type === 'LeaderElected') : undefined;
  return elected?.type === 'LeaderElected' ? elected.data.runner : null;
}
async function elections(history: readonly RecordedEvent[]): Promise<ExplainedElection[]> {
  const all: ExplainedElection[] = [];
  for await (const election of electionsOf(appendsOf(history, initialState('g')))) all.push(explained(election));
  return all;
}

describe('explanations', () => {
  it('every election of any history: re-decided it gives the same; with what a loser needs, the decider elects the loser; with less it does not', async () => {
    let losers = 0;
    for (const story of storiesOf(5, 800)) {
      const history = historyOf(story);
      const states = history.reduce<GroupState[]>((all, e) => [...all, evolve(all.at(-1)!, e)], [initialState('g')]);
      const found = await elections(history);
      expect(found.map((e) => e.term)).toEqual(history.flatMap((e) => (e.type === 'LeaderElected' ? [e.data.term] : []))); // also two in one append
      expect(found.map((e) => e.endCause).filter((c) => c !== null)).toEqual(history.flatMap((e) => (e.type === 'LeadershipEnded' ? [e.data.cause] : [])));
      for (const election of found) {
        const event = election.append.find((e) => e.type === 'LeaderElected' && e.data.term === election.term)!;
        const state = states[event.version - 1]!;
        expect(election.standings.map((s) => s.verdict)).toEqual(expect.arrayContaining(election.verdicts));
        for (const { runner, needs, words } of election.standings) {
          expect(elects(as(state, runner, needs), election.at)).toBe(runner);
          expect(needs.length === 0).toBe(runner === election.runner);
          for (const need of needs) expect(elects(as(state, runner, needs.filter((n) => n !== need)), election.at)).not.toBe(runner); // each is needed
          expect(words.startsWith(verdictInWords(election.verdicts.find((v) => v.runner === runner)!, state))).toBe(true);
          if (needs.length > 0) losers++;
        }
      }
    }
    expect(losers).toBeGreaterThan(500);
  });

  it('at any moment: the same of "why not r now"', () => {
    for (const story of storiesOf(6, 40)) {
      let state = initialState('g');
      for (const event of historyOf(story)) {
        state = evolve(state, event);
        const at = event.meta.at;
        for (const runner of state.runners.keys()) expect(elects(as(state, runner, new Contest(state, at).needsOf(runner)), at)).toBe(runner);
      }
    }
  });

  it('tells elections with their end, trigger and policy', async () => {
    const history = historyOf([
      { waitMs: 0, command: { type: 'RegisterRunner', runner: 'a', incarnation: inc('a', 1), ready: true, previousExited: null } },
      { waitMs: 0, command: { type: 'RegisterRunner', runner: 'b', incarnation: inc('b', 1), ready: true, previousExited: null } },
      { waitMs: 0, command: { type: 'RegisterRunner', runner: 'c', incarnation: inc('c', 1), ready: true, previousExited: null } },
      { waitMs: 1_000, command: to.taint('c', 'NoLead', 'upgrade') },
      { waitMs: 60_000, command: { type: 'ReportLeaseExpired', term: 1, lastSeenAt: atPlus(45_900), silentMs: 15_100, leaseMs: 15_000, deafMs: 0 } },
    ]);
    const [first, second] = await elections(history);
    expect(first).toMatchObject({ term: 1, runner: 'a', endedAt: atPlus(61_000), endCause: 'heartbeat-missed', settings: { leaseMs: 15_000 } });
    expect(second).toMatchObject({ term: 2, runner: 'b', endedAt: null, endCause: null,
      words: 'runner "b" elected for term 2: runner "a" missed its heartbeats for 15.1 s; runner "a" is silent since 2026-11-24T12:00:45.900Z; runner "c" is tainted upgrade (NoLead by operator:ana)' });
    expect(second!.standings.map((s) => [s.runner, s.needs])).toEqual([['b', []], ['a', [{ kind: 'active' }]], ['c', [{ kind: 'untaint', key: 'upgrade' }, { kind: 'outrank', runner: 'b', why: 'seniority' }]]]);
    expect(second!.standings[2]!.words).toMatch(/would be elected with: its taint upgrade lifted, "b", which is older, not electable$/);
    const appends = [];
    for await (const append of appendsOf(history, initialState('g'))) appends.push(...appendInWords(append));
    expect(appends.slice(0, 3)).toEqual(['group created by ana: step 0', 'runner "a" registered, active', 'runner "a" elected for term 1: nobody led, and it became active by ana: step 0']);
    expect(appends.slice(-3, -1)).toEqual(['runner "a" missed its heartbeats for 15.1 s', 'term 1 of runner "a" ended: runner "a" missed its heartbeats for 15.1 s']);
  });

  it('now: why nobody leads, why this one does, why not another', () => {
    const pinned = given(...led(), on.missed('a', { incarnation: inc('a') }), on.ended('a', 1, 'heartbeat-missed'), on.pinned('a', 'strict'), on.leaderless(1, 'heartbeat-missed', [verdict('a', 'silent', null)])).when(to.release('a', 1)).after;
    const nobody = explainNow(pinned, AT);
    expect(nobody.words).toMatch(/^nobody leads: runner "a" is silent.*"b" is pinned out: only "a" may lead/);
    expect(nobody.standings.find((s) => s.runner === 'b')!.needs).toEqual([{ kind: 'unpin', runner: 'a' }]);
    const someone = explainNow(given(...led()).when({ type: 'ForgiveRunner', runner: 'a' }).after, AT);
    expect(someone).toMatchObject({ leader: 'a', term: 1, words: expect.stringMatching(/there is an election when its term ends/) });
  });
});

describe('availability', () => {
  const tenure = (term: number, runner: string, from: number, to: number | null, more: object = {}) =>
    ({ term, runner, from: atPlus(from), to: to === null ? null : atPlus(to), ms: null, handoverMs: null, endCause: to === null ? null : 'released' as const, silentMs: null, leaderlessAfterMs: null, lostTerms: 0, ...more });
  const tenures = [
    tenure(1, 'a', 0, 10_000, { endCause: 'heartbeat-missed', silentMs: 4_000, leaderlessAfterMs: 2_000 }),
    tenure(2, 'b', 12_000, 20_000, { endCause: 'released', handoverMs: 500, leaderlessAfterMs: 0 }),
    tenure(3, 'a', 20_000, 30_000, { endCause: 'resigned' }),
  ];
  it('sums up who led, who was missed, how long it took to recover', () => {
    expect(availabilityOf(tenures, atPlus(0), atPlus(40_000))).toEqual({
      from: atPlus(0), to: atPlus(40_000), terms: 3, changes: 2, changesPerDay: 2 * 86_400 / 40, ledMs: 28_000, leaderlessMs: 12_000,
      leaderlessByCause: { 'heartbeat-missed': 2_000, resigned: 10_000 }, ledShare: 0.7,
      recovery: { count: 1, meanMs: 6_000, maxMs: 6_000 }, handover: { count: 1, meanMs: 500, maxMs: 500 } });
  });
  it('counts only what lies in the window', () =>
    expect(availabilityOf(tenures, atPlus(11_000), atPlus(15_000))).toMatchObject({ terms: 1, changes: 1, ledMs: 3_000, leaderlessMs: 1_000, recovery: { count: 0, meanMs: null }, handover: { count: 0 } }));
  it('a group that never had a leader missed none', () => expect(availabilityOf([], AT, atPlus(1_000))).toMatchObject({ terms: 0, ledShare: null, leaderlessMs: 0 }));
});
