import { describe, expect, it } from '@jest/globals';
import {
  decide,
  evolve,
  initialState,
  MAX_RUNNERS,
  MAX_TAINTS,
  MOST_IN_A_COMMAND,
  type ActivateRunner,
  type Back,
  type ElectionCommand,
  type GroupState,
} from '@conclave/election';
import { on, to } from '@conclave/testing';

// The largest group, with the longest names, still fits into what EventStoreDB takes of one append: 1 MiB.

const MOST_BYTES = 1_048_576;
/** Envelope of one event without command and reason: ids, hash, instance, times. */
const ENVELOPE_BYTES = 450;
const REASON = '😀'.repeat(250); // 500 UTF-16 units, 1,000 bytes
const nameOf = (n: number) => `runner-${'x'.repeat(52)}${String(n).padStart(4, '0')}`;
const names = Array.from({ length: MAX_RUNNERS }, (_, n) => nameOf(n));

function largest(failover: 'lease' | 'fenced'): GroupState {
  const leader = names[0]!;
  const facts = [
    on.configured({ failover }),
    ...names.flatMap((name) => [on.registered(name), on.activated(name)]),
    on.elected(leader, 1),
    ...names
      .slice(1)
      .flatMap((name) =>
        Array.from({ length: MAX_TAINTS - 1 }, (_, k) =>
          on.tainted(name, `${'k'.repeat(60)}${String(k).padStart(3, '0')}`, 'NoElect'),
        ),
      ),
  ];
  return after(facts, initialState('g'));
}

const after = (facts: readonly ReturnType<typeof on.missed>[], state: GroupState): GroupState =>
  facts.reduce(
    (before, { event, at }) =>
      evolve(before, { ...event, meta: { at, actor: 'x', reason: null, commandId: 'test' } }),
    state,
  );

function bytesOf(command: ElectionCommand, state: GroupState): number {
  const decision = decide(command, state, {
    at: '2026-01-01T00:00:00.000Z',
    actor: 'ana',
    reason: REASON,
    commandId: 'test',
  });
  if ('rejection' in decision) throw new Error(decision.rejection.detail);
  const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  return decision.events.reduce(
    (sum, { data }) => sum + size(data) + ENVELOPE_BYTES + size(REASON),
    size(command),
  );
}

describe('the largest append', () => {
  it('a leader of a fenced group is tainted: revoked, ended, and nobody can follow', () => {
    const bytes = bytesOf(to.taint(names[0]!), largest('fenced'));
    expect(bytes).toBeGreaterThan(400_000); // it is a large one
    expect(bytes).toBeLessThan(MOST_BYTES);
  });
  it('a lease ends, and hundreds are silent besides', () => {
    const also = names.slice(1, 1 + MOST_IN_A_COMMAND).map((name) => to.missed(name));
    const bytes = bytesOf(to.expired(1, { also }), largest('lease'));
    expect(bytes).toBeGreaterThan(400_000);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });
  it('hundreds are back at once', () => {
    const some = names.slice(1, 1 + MOST_IN_A_COMMAND);
    const state = after(
      some.map((name) => on.missed(name)),
      largest('lease'),
    );
    const back = some.map((runner): Back => {
      const { type: _, ...one } = to.activate(runner, { heardAtVersion: 1e9 }) as ActivateRunner;
      return one;
    });
    const bytes = bytesOf({ type: 'ActivateRunner', ...back[0]!, also: back.slice(1) }, state);
    expect(bytes).toBeGreaterThan(200_000);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });
});
