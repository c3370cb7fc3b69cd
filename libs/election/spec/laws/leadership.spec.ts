import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide, suppressedUntil, type ElectionEvent } from '@conclave/election';
import { anyCommand } from '@conclave/testing';
import { applied, holds, played } from './laws.fixture.js';

describe('laws of the decider, over random commands', () => {
  it('terms rise by exactly one, above what is known of a lost log; are opened once and closed once, by their holder', () => {
    // G1
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
        if (type === 'LeadershipEnded' || type === 'LeadershipRevoked')
          expect(open).toMatchObject({ term: data.term, runner: data.runner, incarnation: data.incarnation });
        if (type === 'LeadershipEnded') open = null;
      }
    });
  });

  it('elects only active, untainted runners of their current incarnation that are not cooling down', () => {
    // G3
    holds((moments) =>
      moments.forEach(({ before, events, at }) => {
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
      }),
    );
  });

  it('never leaves a group without leader while somebody is eligible, nor a NoLead leader unrevoked', () => {
    // G5
    // with time, deadlines act; see deadlines.spec
    const atOneInstant = fc.array(anyCommand, { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(atOneInstant, (commands) =>
        played(commands.map((c) => ({ command: c, waitMs: 0 }))).forEach(({ after, at }) => {
          if (after.version === 0) return;
          const again = decide({ type: 'Reconcile', cause: 'reconciled' }, after, {
            at,
            actor: 'x',
            reason: null,
            commandId: 'test',
          });
          expect(again).toEqual({ events: [] });
        }),
      ),
      { numRuns: 700 },
    );
  });

  it('a vacancy is opened by exactly one GroupLeaderless, which names the cause and why nobody could lead', () => {
    holds((moments) => {
      let last: ElectionEvent | null = null;
      for (const { events, after } of moments) {
        for (const event of events) {
          if (event.type === 'GroupLeaderless') {
            expect(last).toMatchObject({
              type: 'LeadershipEnded',
              data: { term: event.data.afterTerm, cause: event.data.cause },
            });
            expect(event.data.paused || event.data.verdicts.every((v) => !v.eligible)).toBe(true);
          }
          if (['LeaderElected', 'LeadershipEnded', 'GroupLeaderless'].includes(event.type)) last = event;
        }
        if (!after.leadership && last) expect(last.type).toBe('GroupLeaderless');
      }
    });
  });

  it('in a lease group nobody follows a live leader before it released, its lease ended, or a supervisor vouched', () => {
    // G2
    holds((moments) =>
      moments.forEach(({ command: c, before, events }) => {
        const end = events.find((e) => e.type === 'LeadershipEnded');
        if (!end || before.settings.failover === 'fenced' || c.type === 'ConfigureGroup') return;
        if (c.type === 'TransferLeadership' && c.force) return; // an operator's exception, recorded as forced
        const promise =
          ['ReleaseLeadership', 'ResignLeadership', 'ReportLeaseExpired'].includes(c.type) ||
          (c.type === 'DeregisterRunner' && c.incarnation === end.data.incarnation) ||
          (c.type === 'RegisterRunner' && c.previousExited === end.data.incarnation);
        expect(promise).toBe(true);
      }),
    );
  });
});
