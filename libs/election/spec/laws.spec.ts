import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide, evolve, initialState, readEvent, roleOf, suppressedUntil, type ElectionCommand, type ElectionEvent, type GroupState, type Occurrence } from '@conclave/election';
import { anyCommand, anyStory, atPlus, inc } from '@conclave/testing';

interface Moment { command: ElectionCommand; at: string; before: GroupState; events: ElectionEvent[]; after: GroupState }
const applied = (state: GroupState, event: ElectionEvent, at: string) => evolve(state, { ...event, meta: { at, actor: 'x', reason: null } } as Occurrence);

function played(steps: { command: ElectionCommand; waitMs: number }[]): Moment[] {
  let state = initialState('g');
  let ms = 0;
  return steps.map((step) => {
    ms += step.waitMs;
    const at = atPlus(ms);
    const decision = decide(step.command, state, { at, actor: 'x', reason: null });
    const events = 'events' in decision ? decision.events : [];
    const before = state;
    state = events.reduce((s, event) => applied(s, event, at), state);
    return { command: step.command, at, before, events, after: state };
  });
}
const holds = (check: (moments: Moment[]) => void) => fc.assert(fc.property(anyStory, (steps) => check(played(steps))), { numRuns: 1500 });

describe('laws of the decider, over random commands', () => {
  it('terms rise by exactly one, above what is known of a lost log; are opened once and closed once, by their holder', () => { // G1
    holds((moments) => {
      let last = 0;
      let open: { term: number; runner: string; incarnation: string } | null = null;
      for (const { type, data } of moments.flatMap((m) => m.events)) {
        if (type === 'LogAccepted') last = Math.max(last, data.knownTerm);
        if (type === 'LeaderElected') {
          expect(open).toBeNull();
          expect(data.term).toBe(++last);
          open = data;
        }
        if (type === 'LeadershipEnded' || type === 'LeadershipRevoked') expect(open).toMatchObject({ term: data.term, runner: data.runner, incarnation: data.incarnation });
        if (type === 'LeadershipEnded') open = null;
      }
    });
  });

  it('elects only active, untainted runners of their current incarnation that are not cooling down', () => { // G3
    holds((moments) => moments.forEach(({ before, events, at }) => {
      let state = before;
      for (const event of events) {
        if (event.type === 'LeaderElected') {
          const r = state.runners.get(event.data.runner)!;
          expect(r).toMatchObject({ status: 'active', incarnation: event.data.incarnation });
          expect(r.taints.filter((t) => t.effect !== 'PreferNoLead')).toEqual([]);
          expect(r.cooldownUntil === null || r.cooldownUntil <= at).toBe(true);
          expect(suppressedUntil(r, state.settings, at)).toBeNull();
          expect(state.pause).toBeNull();
          if (state.pin?.mode === 'strict') expect(r.id).toBe(state.pin.runner);
        }
        state = applied(state, event, at);
      }
    }));
  });

  it('nothing expired, or owed to a runner that is gone, is honoured by any decision', () => {
    holds((moments) => moments.forEach(({ after, at, events, command: c }) => {
      if (events.length === 0 && c.type !== 'Reconcile') return;
      const words = [...[...after.runners.values()].flatMap((r) => r.taints), ...(after.pin ? [after.pin] : []), ...(after.pause ? [{ ...after.pause, until: null }] : [])];
      for (const { expiresAt, until } of words) {
        expect(expiresAt === null || expiresAt > at).toBe(true);
        if (until) expect(after.runners.has(until.runnerGone)).toBe(true);
      }
    }));
  });

  it('every transfer that was asked for has exactly one outcome, or is still running', () => {
    holds((moments) => {
      let running = 0;
      for (const { events, after } of moments) {
        running += events.filter((e) => e.type === 'TransferRequested').length - events.filter((e) => e.type === 'TransferEnded').length;
        expect(running).toBe(after.transfer && !after.transfer.isExpired ? 1 : 0);
        if (after.transfer) expect(after.leadership?.handover).toBeTruthy();
      }
    });
  });

  it('gives a verdict for every runner in every decision, exactly one chosen by an election', () => { // G4
    holds((moments) => moments.forEach(({ before, events, at }) => {
      let state = before;
      for (const event of events) {
        if ('verdicts' in event.data) {
          expect(event.data.verdicts.map((v) => v.runner)).toEqual([...state.runners.keys()]);
          const chosen = event.data.verdicts.filter((v) => v.why === 'chosen').map((v) => v.runner);
          if (event.type === 'LeaderElected') expect(chosen).toEqual([event.data.runner]);
          if (event.type === 'GroupLeaderless' && !event.data.paused) expect(chosen).toEqual([]);
          expect(event.data.verdicts.flatMap((v) => v.rank ?? []).sort()).toEqual(event.data.verdicts.filter((v) => v.eligible).map((_, i) => i + 1));
        }
        state = applied(state, event, at);
      }
    }));
  });

  it('never leaves a group without leader while somebody is eligible, nor a NoLead leader unrevoked', () => { // G5
    const atOneInstant = fc.array(anyCommand, { maxLength: 60, size: 'max' }); // with time, deadlines act; see deadlines.spec
    fc.assert(fc.property(atOneInstant, (commands) => played(commands.map((c) => ({ command: c, waitMs: 0 }))).forEach(({ after, at }) => {
      if (after.version === 0) return;
      const again = decide({ type: 'Reconcile', cause: 'reconciled' }, after, { at, actor: 'x', reason: null });
      expect(again).toEqual({ events: [] });
    })), { numRuns: 1500 });
  });

  it('a vacancy is opened by exactly one GroupLeaderless, which names the cause and why nobody could lead', () => {
    holds((moments) => {
      let last: ElectionEvent | null = null;
      for (const { events, after } of moments) {
        for (const event of events) {
          if (event.type === 'GroupLeaderless') {
            expect(last).toMatchObject({ type: 'LeadershipEnded', data: { term: event.data.afterTerm, cause: event.data.cause } });
            expect(event.data.paused || event.data.verdicts.every((v) => !v.eligible)).toBe(true);
          }
          if (['LeaderElected', 'LeadershipEnded', 'GroupLeaderless'].includes(event.type)) last = event;
        }
        if (!after.leadership && last) expect(last.type).toBe('GroupLeaderless');
      }
    });
  });

  it('in a lease group nobody follows a live leader before it released, its lease ended, or a supervisor vouched', () => { // G2
    holds((moments) => moments.forEach(({ command: c, before, events }) => {
      const end = events.find((e) => e.type === 'LeadershipEnded');
      if (!end || before.settings.failover === 'fenced' || c.type === 'ConfigureGroup') return;
      if (c.type === 'TransferLeadership' && c.force) return; // an operator's exception, recorded as forced
      const promise = ['ReleaseLeadership', 'ResignLeadership', 'ReportLeaseExpired'].includes(c.type)
        || (c.type === 'DeregisterRunner' && c.incarnation === end.data.incarnation)
        || (c.type === 'RegisterRunner' && c.previousExited === end.data.incarnation);
      expect(promise).toBe(true);
    }));
  });

  it('the same command again decides nothing, unless it made the runner leave or come', () => {
    holds((moments) => moments.forEach(({ command: c, after, at, events }) => {
      if (events.length === 0 || (c.type === 'TransferLeadership' && c.to === null) || c.type === 'AcceptLog') return; // "to the next best" is a new wish each time, and each acceptance is one
      const again = decide(c, after, { at, actor: 'x', reason: null });
      if ('events' in again) expect(again.events).toEqual([]); // at the same instant, so a ttl gives the same end
      else expect(['runner-unknown', 'incarnation-superseded', 'handover-running', 'no-eligible-runner', 'runner-ineligible']).toContain(again.rejection.code);
    }));
  });

  it('a refusal or an empty decision leaves the state alone; version counts events; roles are unique', () => {
    holds((moments) => moments.forEach(({ before, after, events }) => {
      expect(after.version).toBe(before.version + events.length);
      if (events.length === 0) expect(after).toBe(before);
      const leaders = [...after.runners.values()].filter((r) => roleOf(after, r.id, r.incarnation) === 'leader');
      expect(leaders.length).toBeLessThanOrEqual(1);
    }));
  });

  it('every decided event reads back equal from its JSON', () => {
    const meta = {
      v: 1, id: inc('x'), part: { index: 0, of: 1 }, at: atPlus(0), actor: 'x', reason: null, commandId: inc('x'), requestHash: '', correlationId: 'c', instance: inc('x'), hash: 'h',
    };
    holds((moments) => moments.flatMap((m) => m.events).forEach(({ type, data }, index) => {
      const stored = { stream: 'group-g', version: index + 1, position: '1', type, data: JSON.parse(JSON.stringify(data)) as unknown, meta };
      expect(readEvent('g', stored)).toEqual({ group: 'g', version: index + 1, position: '1', type, data, meta });
    }));
  });
});
