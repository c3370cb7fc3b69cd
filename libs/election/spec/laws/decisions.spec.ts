import assert from 'node:assert/strict'; // in loops: `expect` takes 30 µs each time
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { decide, readEvent, roleOf } from '@conclave/election';
import { inc } from '@conclave/processes';
import { atPlus } from '@conclave/testing';
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
          assert.equal(expiresAt === null || expiresAt > at, true);
          if (until) assert.equal(after.runners.has(until.runnerGone), true);
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
        assert.equal(running, after.transfer && !after.transfer.isExpired ? 1 : 0);
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
            assert.deepEqual(
              event.data.verdicts.map((v) => v.runner),
              [...state.runners.keys()],
            );
            const chosen = event.data.verdicts.filter((v) => v.why === 'chosen').map((v) => v.runner);
            if (event.type === 'LeaderElected') assert.deepEqual(chosen, [event.data.runner]);
            if (event.type === 'GroupLeaderless' && !event.data.paused) assert.deepEqual(chosen, []);
            assert.deepEqual(
              event.data.verdicts.flatMap((v) => v.rank ?? []).sort(),
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
          assert.deepEqual(again.events, []); // at the same instant, so a ttl gives the same end
        else
          assert.ok(
            [
              'runner-unknown',
              'incarnation-superseded',
              'handover-running',
              'no-eligible-runner',
              'runner-ineligible',
              'group-deleted',
              'order-unknown',
              'second-person-needed',
            ].includes(again.rejection.code),
          );
      }),
    );
  });

  it('a group ends once, with nobody in it, and nothing happens in it afterwards', () => {
    // G1
    let ends = 0;
    holds((moments) => {
      for (const { before, events, after } of moments) {
        const index = events.findIndex(({ type }) => type === 'GroupDeleted');
        assert.equal(after.deleted === null, before.deleted === null && index === -1);
        if (before.deleted) assert.equal(after, before);
        if (index === -1) continue;
        ends++;
        assert.deepEqual(
          events.slice(index - 1).map(({ type }) => type),
          ['HistorySealed', 'GroupDeleted'],
        );
        assert.equal(before.leadership, null);
        assert.deepEqual(
          [...before.runners.values()].filter(({ status }) => status === 'active'),
          [],
        );
        assert.partialDeepStrictEqual(after, { term: before.term, sealed: { upTo: before.version } });
        assert.equal(after.runners.size, 0);
      }
    });
    expect(ends).toBeGreaterThan(50); // or nothing was looked at
  });

  it('a refusal or an empty decision leaves the state alone; version counts events; roles are unique', () => {
    holds((moments) =>
      moments.forEach(({ before, after, events }) => {
        assert.equal(after.version, before.version + events.length);
        if (events.length === 0) assert.equal(after, before);
        const leaders = [...after.runners.values()].filter(
          (r) => roleOf(after, r.id, r.incarnation) === 'leader',
        );
        assert.ok(leaders.length <= 1);
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
          const read = readEvent('g', stored);
          const wanted = { group: 'g', version: index + 1, position: '1', type, data, meta };
          // what is not there and what is undefined are the same in JSON
          if (!isDeepStrictEqual(read, wanted)) expect(read).toEqual(wanted);
        }),
    );
  });
});
