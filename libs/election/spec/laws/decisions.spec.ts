import { describe, expect, it } from '@jest/globals';
import { decide, readEvent, roleOf } from '@conclave/election';
import { atPlus, inc } from '@conclave/testing';
import { applied, holds } from './laws.fixture.js';

describe('laws of the decider, over random commands', () => {
  it('nothing expired, or owed to a runner that is gone, is honoured by any decision', () => {
    holds((moments) =>
      moments.forEach(({ after, at, events, command: c }) => {
        if (events.length === 0 && c.type !== 'Reconcile') return;
        const words = [
          ...[...after.runners.values()].flatMap((r) => r.taints),
          ...(after.pin ? [after.pin] : []),
          ...(after.pause ? [{ ...after.pause, until: null }] : []),
        ];
        for (const { expiresAt, until } of words) {
          expect(expiresAt === null || expiresAt > at).toBe(true);
          if (until) expect(after.runners.has(until.runnerGone)).toBe(true);
        }
      }),
    );
  });

  it('every transfer that was asked for has exactly one outcome, or is still running', () => {
    holds((moments) => {
      let running = 0;
      for (const { events, after } of moments) {
        running +=
          events.filter((e) => e.type === 'TransferRequested').length -
          events.filter((e) => e.type === 'TransferEnded').length;
        expect(running).toBe(after.transfer && !after.transfer.isExpired ? 1 : 0);
        if (after.transfer) expect(after.leadership?.handover).toBeTruthy();
      }
    });
  });

  it('gives a verdict for every runner in every decision, exactly one chosen by an election', () => {
    // G4
    holds((moments) =>
      moments.forEach(({ before, events, at }) => {
        let state = before;
        for (const event of events) {
          if ('verdicts' in event.data) {
            expect(event.data.verdicts.map((v) => v.runner)).toEqual([...state.runners.keys()]);
            const chosen = event.data.verdicts.filter((v) => v.why === 'chosen').map((v) => v.runner);
            if (event.type === 'LeaderElected') expect(chosen).toEqual([event.data.runner]);
            if (event.type === 'GroupLeaderless' && !event.data.paused) expect(chosen).toEqual([]);
            expect(event.data.verdicts.flatMap((v) => v.rank ?? []).sort()).toEqual(
              event.data.verdicts.filter((v) => v.eligible).map((_, i) => i + 1),
            );
          }
          state = applied(state, event, at);
        }
      }),
    );
  });

  it('the same command again decides nothing, unless it made the runner leave or come', () => {
    holds((moments) =>
      moments.forEach(({ command: c, after, at, events }) => {
        if (
          events.length === 0 ||
          (c.type === 'TransferLeadership' && c.to === null) ||
          c.type === 'AcceptLog'
        )
          return; // "to the next best" is a new wish each time, and each acceptance is one
        const again = decide(c, after, { at, actor: 'x', reason: null, commandId: 'test' });
        if ('events' in again)
          expect(again.events).toEqual([]); // at the same instant, so a ttl gives the same end
        else
          expect([
            'runner-unknown',
            'incarnation-superseded',
            'handover-running',
            'no-eligible-runner',
            'runner-ineligible',
            'group-deleted',
            'order-unknown',
            'second-person-needed',
          ]).toContain(again.rejection.code);
      }),
    );
  });

  it('a group ends once, with nobody in it, and nothing happens in it afterwards', () => {
    // G1
    let ends = 0;
    holds((moments) => {
      for (const { before, events, after } of moments) {
        const index = events.findIndex(({ type }) => type === 'GroupDeleted');
        expect(after.deleted === null).toBe(before.deleted === null && index === -1);
        if (before.deleted) expect(after).toBe(before);
        if (index === -1) continue;
        ends++;
        expect(events.slice(index - 1).map(({ type }) => type)).toEqual(['HistorySealed', 'GroupDeleted']);
        expect(before.leadership).toBeNull();
        expect([...before.runners.values()].filter(({ status }) => status === 'active')).toEqual([]);
        expect(after).toMatchObject({ term: before.term, sealed: { upTo: before.version } });
        expect(after.runners.size).toBe(0);
      }
    });
    expect(ends).toBeGreaterThan(50); // or nothing was looked at
  });

  it('a refusal or an empty decision leaves the state alone; version counts events; roles are unique', () => {
    holds((moments) =>
      moments.forEach(({ before, after, events }) => {
        expect(after.version).toBe(before.version + events.length);
        if (events.length === 0) expect(after).toBe(before);
        const leaders = [...after.runners.values()].filter(
          (r) => roleOf(after, r.id, r.incarnation) === 'leader',
        );
        expect(leaders.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('every decided event reads back equal from its JSON', () => {
    const meta = {
      v: 3,
      id: inc('x'),
      part: { index: 0, of: 1 },
      at: atPlus(0),
      actor: 'x',
      reason: null,
      commandId: inc('x'),
      requestHash: '',
      correlationId: 'c',
      instance: inc('x'),
      hash: 'h',
    };
    holds((moments) =>
      moments
        .flatMap((m) => m.events)
        .forEach(({ type, data }, index) => {
          const stored = {
            stream: 'group-g',
            version: index + 1,
            position: '1',
            type,
            data: JSON.parse(JSON.stringify(data)) as unknown,
            meta,
          };
          expect(readEvent('g', stored)).toEqual({
            group: 'g',
            version: index + 1,
            position: '1',
            type,
            data,
            meta,
          });
        }),
    );
  });
});
