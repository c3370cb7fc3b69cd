import assert from 'node:assert/strict'; // in loops: `expect` takes 30 µs each time
import { describe, it } from '@jest/globals';
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
          assert.equal(open, null);
          assert.equal(data.term, ++last);
          open = data;
        }
        if (type === 'LeadershipEnded' || type === 'LeadershipRevoked')
          assert.partialDeepStrictEqual(open, {
            term: data.term,
            runner: data.runner,
            incarnation: data.incarnation,
          });
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
            assert.partialDeepStrictEqual(r, { status: 'active', incarnation: event.data.incarnation });
            assert.deepEqual(
              r.taints.filter((t) => t.effect !== 'PreferNoLead'),
              [],
            );
            assert.equal(r.cooldownUntil === null || r.cooldownUntil <= at, true);
            assert.equal(suppressedUntil(r, state.settings, at), null);
            assert.equal(state.pause, null);
            if (state.pin?.mode === 'strict') assert.equal(r.id, state.pin.runner);
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
          assert.deepEqual(again, { events: [] });
        }),
      ),
      { numRuns: 400 },
    );
  });

  it('a vacancy is opened by exactly one GroupLeaderless, which names the cause and why nobody could lead', () => {
    holds((moments) => {
      let last: ElectionEvent | null = null;
      for (const { events, after } of moments) {
        for (const event of events) {
          if (event.type === 'GroupLeaderless') {
            assert.partialDeepStrictEqual(last, {
              type: 'LeadershipEnded',
              data: { term: event.data.afterTerm, cause: event.data.cause },
            });
            assert.equal(event.data.paused || event.data.verdicts.every((v) => !v.eligible), true);
          }
          if (['LeaderElected', 'LeadershipEnded', 'GroupLeaderless'].includes(event.type)) last = event;
        }
        if (!after.leadership && last) assert.equal(last.type, 'GroupLeaderless');
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
        assert.equal(promise, true);
      }),
    );
  });
});
