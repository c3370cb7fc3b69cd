import { describe, expect, it } from '@jest/globals';
import type { CommandContext, ElectionCommand, GroupState } from '@conclave/election';
import { decideAndFold, initialState, occurrenceOf, orderBehind } from '@conclave/election';
import { inc } from '@conclave/processes';
import { AT, atPlus, to } from '@conclave/testing';

/** A group that carries out one command after the other and remembers what each event followed from. */
class Told {
  state: GroupState = initialState('g');
  readonly types: string[] = [];
  private commands = 0;

  do(actor: string, command: ElectionCommand, more: Partial<CommandContext> = {}): string[] {
    const commandId = inc('cmd', ++this.commands);
    const occasion = { at: AT, actor, reason: null, commandId, ...more };
    const decision = decideAndFold(command, this.state, occasion);
    if ('rejection' in decision) throw new Error(decision.rejection.detail);
    const before = this.state;
    const said = decision.events.map((event, n) => {
      const version = before.version + 1 + n;
      const order = orderBehind(occurrenceOf(event, occasion), version, before);
      this.types[version] = event.type;
      const cause = event.causedBy
        ? `${this.types[event.causedBy.version]} of ${event.causedBy.actor}`
        : 'itself';
      return `${event.type} < ${cause}${order ? ` (${order.actor}: ${order.reason})` : ''}`;
    });
    this.state = decision.state;
    return said;
  }
  /** Three runners, of which a leads; r1 of each is its process. */
  led(): this {
    for (const runner of ['a', 'b', 'c']) this.do(`runner:${runner}`, to.register(runner, { ready: true }));
    return this;
  }
}
const ana = { reason: 'bad disk' };

describe('what follows from which order', () => {
  it('taint → revoked → released → elected: all on the order of who tainted', () => {
    const group = new Told().led();
    expect(group.do('operator:ana', to.taint('a'), ana)).toEqual([
      'RunnerTainted < itself (operator:ana: bad disk)',
      'LeadershipRevoked < RunnerTainted of operator:ana (operator:ana: bad disk)',
    ]);
    expect(group.do('runner:a', to.release('a', 1))).toEqual([
      'LeadershipEnded < RunnerTainted of operator:ana (operator:ana: bad disk)',
      'LeaderElected < RunnerTainted of operator:ana (operator:ana: bad disk)',
    ]);
  });

  it('a lease that runs out in a handover ends on the order that began it', () => {
    const group = new Told().led();
    group.do('operator:ana', to.transfer({ to: 'c' }), ana);
    expect(group.do('system:presence', to.expired(1))).toEqual([
      'HeartbeatMissed < itself',
      'LeadershipEnded < TransferRequested of operator:ana (operator:ana: bad disk)',
      'LeaderElected < TransferRequested of operator:ana (operator:ana: bad disk)',
      'TransferEnded < TransferRequested of operator:ana (operator:ana: bad disk)',
    ]);
  });

  it('drain, then the pause runs out', () => {
    const group = new Told().led();
    const drain: ElectionCommand = { type: 'DrainGroup', expiresAt: atPlus(60_000), ttlMs: null };
    expect(group.do('operator:bob', drain, { reason: 'window' })).toEqual([
      'ElectionsPaused < itself (operator:bob: window)',
      'LeadershipRevoked < ElectionsPaused of operator:bob (operator:bob: window)',
    ]);
    expect(group.do('runner:a', to.release('a', 1))).toEqual([
      'LeadershipEnded < ElectionsPaused of operator:bob (operator:bob: window)',
      'GroupLeaderless < ElectionsPaused of operator:bob (operator:bob: window)',
    ]);
    const later = { at: atPlus(61_000) };
    expect(group.do('system:deadlines', { type: 'Reconcile', cause: 'cooldown-over' }, later)).toEqual([
      'ElectionsResumed < ElectionsPaused of operator:bob (operator:bob: window)',
      'LeaderElected < ElectionsPaused of operator:bob (operator:bob: window)',
    ]);
  });

  it('a preferred runner that comes back takes over on the order of who pinned it', () => {
    const group = new Told().led();
    group.do('system:presence', to.silent('c'));
    group.do('operator:ana', to.pin('c', 'prefer'), { reason: 'fast machine' });
    expect(group.do('runner:c', to.activate('c'))).toEqual([
      'RunnerActivated < itself',
      'LeadershipRevoked < LeaderPinned of operator:ana (operator:ana: fast machine)',
    ]);
  });

  it('what nobody ordered is on nobody’s order', () => {
    const group = new Told().led();
    expect(group.do('system:presence', to.expired(1))).toEqual([
      'HeartbeatMissed < itself',
      'LeadershipEnded < HeartbeatMissed of system:presence',
      'LeaderElected < HeartbeatMissed of system:presence',
    ]);
    expect(group.do('runner:b', to.resign('b', 2))).toEqual([
      'LeadershipEnded < itself',
      'LeaderElected < LeadershipEnded of runner:b',
    ]);
  });

  it('an order that has ended by itself is behind what its end brings, not behind what comes besides', () => {
    const group = new Told().led();
    group.do('operator:ana', { ...to.taint('b', 'NoElect'), ttlMs: 1_000 } as ElectionCommand, ana);
    expect(group.do('runner:a', to.resign('a', 1), { at: atPlus(2_000) })).toEqual([
      'RunnerUntainted < RunnerTainted of operator:ana (operator:ana: bad disk)',
      'LeadershipEnded < itself',
      'LeaderElected < LeadershipEnded of runner:a',
    ]);
  });

  it('force is an order of its own', () => {
    const group = new Told().led();
    group.do('operator:ana', to.taint('a'), ana);
    const forced = to.transfer({ force: true });
    expect(group.do('operator:bob', forced, { reason: 'now' })).toEqual([
      'TransferRequested < itself (operator:bob: now)',
      'LeadershipEnded < TransferRequested of operator:bob (operator:bob: now)',
      'LeaderElected < TransferRequested of operator:bob (operator:bob: now)',
      'TransferEnded < TransferRequested of operator:bob (operator:bob: now)',
    ]);
  });
});
