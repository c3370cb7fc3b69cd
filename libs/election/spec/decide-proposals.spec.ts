import { describe, expect, it } from '@jest/globals';
import type { CommandContext, ElectionCommand, GroupState } from '@conclave/election';
import { decideAndFold, initialState, nextDeadlineMs } from '@conclave/election';
import { inc } from '@conclave/processes';
import { AT, atPlus, to } from '@conclave/testing';

/** A group that wants two people: a leads, b and c stand by. */
class Careful {
  state: GroupState = initialState('g');
  private commands = 0;

  constructor() {
    for (const runner of ['a', 'b', 'c']) this.by(`runner:${runner}`, to.register(runner, { ready: true }));
    this.by('operator:ana', { type: 'ConfigureGroup', settings: { twoPersonMs: 60_000 } });
  }

  /** Types of the events, and by which version each was caused; or the code of the refusal. */
  by(actor: string, command: ElectionCommand, more: Partial<CommandContext> = {}): string[] | string {
    const commandId = inc('cmd', ++this.commands);
    const decision = decideAndFold(command, this.state, { at: AT, actor, reason: null, commandId, ...more });
    if ('rejection' in decision) return decision.rejection.code;
    this.state = decision.state;
    return decision.events.map(({ type, causedBy }) => `${type}${causedBy ? ` < ${causedBy.version}` : ''}`);
  }
  approve(actor: string, more: Partial<CommandContext> = {}): string[] | string {
    return this.by(actor, { type: 'ApproveOrder', proposal: this.state.proposals[0]!.id }, more);
  }
}

const pin = to.pin('b', 'strict');
const resign: ElectionCommand = {
  type: 'ResignLeadership',
  runner: 'a',
  incarnation: inc('a'),
  term: 1,
  cooldownMs: null,
};
const remove: ElectionCommand = { type: 'DeregisterRunner', runner: 'c', incarnation: null };
const move = (force: boolean) => to.transfer({ to: 'b', force });

describe('a group that wants two people', () => {
  it("a pin, a forced transfer, a removal, a resignation in a runner's name and the end of the rule wait; all else does not", () => {
    const off: ElectionCommand = { type: 'ConfigureGroup', settings: { twoPersonMs: null } };
    const shorter: ElectionCommand = { type: 'ConfigureGroup', settings: { twoPersonMs: 120_000 } };
    for (const command of [pin, move(true), remove, resign, off, shorter]) {
      const group = new Careful();
      const { version } = group.state;
      expect(group.by('operator:ana', command, { reason: 'why' })).toEqual(['OrderProposed']);
      expect(group.state).toMatchObject({
        version: version + 1,
        pin: null,
        transfer: null,
        settings: { twoPersonMs: 60_000 },
        proposals: [
          {
            command,
            actor: 'operator:ana',
            reason: 'why',
            order: { version: version + 1 },
            expiresAt: atPlus(60_000),
          },
        ],
      });
    }
    const others = [
      move(false),
      to.taint('a'),
      { type: 'ConfigureGroup', settings: { leaseMs: 20_000 } },
      { type: 'PauseElections', expiresAt: null, ttlMs: null },
      { type: 'DeregisterRunner', runner: 'c', incarnation: inc('c') },
    ] as ElectionCommand[];
    for (const command of others)
      expect(new Careful().by('operator:ana', command)).not.toContain('OrderProposed');
    expect(new Careful().by('runner:a', resign)).toEqual(['LeadershipEnded', 'LeaderElected < 7']);
  });

  it('another person approves: it takes effect as the order of whoever proposed it', () => {
    const group = new Careful();
    group.by('operator:ana', pin, { reason: 'canary' });
    const { version } = group.state;
    expect(group.approve('operator:ana')).toBe('second-person-needed');
    expect(group.approve('claimed:ana')).toBe('second-person-needed');
    expect(group.approve('operator:bob', { reason: 'yes' })).toEqual([
      `LeaderPinned < ${version}`,
      `LeadershipRevoked < ${version}`,
      'OrderApproved',
    ]);
    expect(group.state).toMatchObject({
      pin: { runner: 'b', actor: 'operator:ana', reason: 'canary', order: { version } },
      leadership: { runner: 'a', handover: { cause: 'pinned', order: { version }, reason: 'canary' } },
      proposals: [],
    });
    expect(group.by('operator:bob', { type: 'ApproveOrder', proposal: inc('cmd', 5) })).toBe('order-unknown');
  });

  it('a lifetime counts from when it takes effect', () => {
    const group = new Careful();
    group.by('operator:ana', { ...pin, ttlMs: 5_000 } as ElectionCommand);
    group.approve('operator:bob', { at: atPlus(30_000) });
    expect(group.state.pin?.expiresAt).toBe(atPlus(35_000));
  });

  it('what cannot be carried out is refused at once, and again when it is approved; then it still waits', () => {
    const group = new Careful();
    expect(group.by('operator:ana', to.pin('nobody', 'strict'))).toBe('runner-unknown');
    group.by('operator:ana', move(true));
    group.by('runner:b', { type: 'DeregisterRunner', runner: 'b', incarnation: inc('b') });
    expect(group.approve('operator:bob')).toBe('runner-unknown');
    expect(group.state.proposals).toHaveLength(1);
  });

  it('the same order of the same person waits once, of another person twice; sixteen at the most', () => {
    const group = new Careful();
    expect(group.by('operator:ana', pin)).toEqual(['OrderProposed']);
    expect(group.by('operator:ana', pin)).toEqual([]);
    const asStored = Object.fromEntries(Object.entries(pin).toReversed()) as unknown as typeof pin;
    expect(group.by('operator:ana', asStored)).toEqual([]); // a log has its keys in another order
    expect(group.by('operator:bob', pin)).toEqual(['OrderProposed']);
    for (let n = 3; n <= 16; n++) group.by(`operator:p${n}`, pin);
    expect(group.state.proposals).toHaveLength(16);
    expect(group.by('operator:late', pin)).toBe('invalid-request');
  });

  it('it waits no longer than the group says, and time itself withdraws it', () => {
    const group = new Careful();
    group.by('operator:ana', pin);
    const { version } = group.state;
    expect(nextDeadlineMs(group.state, Date.parse(AT))).toBe(Date.parse(atPlus(60_000)));
    const late = { at: atPlus(60_000) };
    expect(group.approve('operator:bob', late)).toBe('order-unknown');
    expect(group.by('system:deadlines', { type: 'Reconcile', cause: 'cooldown-over' }, late)).toEqual([
      `OrderWithdrawn < ${version}`,
    ]);
    expect(group.state).toMatchObject({ pin: null, proposals: [] });
  });

  it('anybody who may order withdraws it', () => {
    const group = new Careful();
    group.by('operator:ana', pin);
    const { id } = group.state.proposals[0]!;
    expect(group.by('operator:ana', { type: 'WithdrawOrder', proposal: id })).toEqual(['OrderWithdrawn']);
    expect(group.state.proposals).toEqual([]);
  });
});
