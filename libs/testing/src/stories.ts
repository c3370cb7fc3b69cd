import fc from 'fast-check';
import {
  advance,
  decide,
  newHead,
  STORED_FORM,
  type ElectionCommand,
  type ElectionEvent,
  type GroupHead,
  type RecordedEvent,
} from '@conclave/election';
import { chainHash, GENESIS_HASH } from '@conclave/event-store';
import { derivedUuid } from '@conclave/kernel';
import { atPlus, inc } from './given.js';

const runner = fc.constantFrom('a', 'b', 'c');
const life = fc.integer({ min: 1, max: 3 });
const term = fc.integer({ min: 0, max: 6 });
const silence = { lastSeenAt: null, silentMs: 20_000, leaseMs: 15_000, deafMs: 0 };
const forever = { expiresAt: null, ttlMs: null, until: null };
const lifetime = fc.constantFrom(
  forever,
  { ...forever, ttlMs: 100 },
  { ...forever, ttlMs: 30_000 },
  { ...forever, until: { runnerGone: 'c', silentMs: 1_000 } },
);
const settings = fc.record(
  {
    strategy: fc.constantFrom('oldest' as const, 'priority' as const),
    failback: fc.constantFrom('never' as const, 'always' as const),
    failover: fc.constantFrom('lease' as const, 'fenced' as const),
    leaseMs: fc.constantFrom(3_000, 15_000),
    heartbeatMs: fc.constantFrom(1_000, 7_000),
    damping: fc.constantFrom(null, {}, { suppressAt: 1_000, halfLifeMs: 20_000 }),
  },
  { requiredKeys: [] },
);

/** Any command, sensible or not, of three runners with three lives each. */
export const anyCommand: fc.Arbitrary<ElectionCommand> = fc.oneof(
  settings.map((s): ElectionCommand => ({ type: 'ConfigureGroup', settings: s })),
  fc
    .record({
      r: runner,
      n: life,
      ready: fc.boolean(),
      exited: fc.option(life),
      priority: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    })
    .map(({ r, n, ready, exited, priority }): ElectionCommand => ({
      type: 'RegisterRunner',
      runner: r,
      incarnation: inc(r, n),
      ready,
      priority,
      previousExited: exited === null ? null : inc(r, exited),
    })),
  fc
    .record({ r: runner, n: life, v: fc.constantFrom(0, 999) })
    .map(({ r, n, v }): ElectionCommand => ({
      type: 'ActivateRunner',
      runner: r,
      incarnation: inc(r, n),
      heardAtVersion: v,
      lastSeenAt: null,
      silentMs: null,
    })),
  fc
    .record({ r: runner, n: life, t: fc.option(term) })
    .map(({ r, n, t }): ElectionCommand => ({ type: 'ReportSilence', runner: r, incarnation: inc(r, n), term: t, evidence: 'silence', ...silence })),
  fc
    .record({ t: term, silentMs: fc.constantFrom(0, 20_000) })
    .map(({ t, silentMs }): ElectionCommand => ({ type: 'ReportLeaseExpired', term: t, ...silence, silentMs })),
  fc
    .record({ r: runner, key: fc.constantFrom('k', 'l'), effect: fc.constantFrom('NoLead' as const, 'NoElect' as const, 'PreferNoLead' as const) })
    .map(({ r, key, effect }): ElectionCommand => ({ type: 'TaintRunner', runner: r, key, effect, ...forever })),
  fc
    .record({ r: runner, key: fc.constantFrom('k', 'l'), life: lifetime })
    .map(({ r, key, life: l }): ElectionCommand => ({ type: 'TaintRunner', runner: r, key, effect: 'NoLead', ...l })),
  fc
    .record({ r: runner, mode: fc.constantFrom('strict' as const, 'prefer' as const), life: lifetime })
    .map(({ r, mode, life: l }): ElectionCommand => ({ type: 'PinLeader', runner: r, mode, ...l })),
  fc.option(fc.constantFrom(100, 30_000)).map((ttlMs): ElectionCommand => ({ type: 'PauseElections', expiresAt: null, ttlMs })),
  fc.option(fc.constantFrom(100, 30_000)).map((ttlMs): ElectionCommand => ({ type: 'DrainGroup', expiresAt: null, ttlMs })),
  fc
    .record({ r: fc.option(runner), force: fc.boolean(), deadlineMs: fc.constantFrom(null, 50) })
    .map(({ r, force, deadlineMs }): ElectionCommand => ({ type: 'TransferLeadership', transfer: inc('t'), to: r, force, deadlineMs })),
  runner.map((r): ElectionCommand => ({ type: 'ForgiveRunner', runner: r })),
  fc.constantFrom<ElectionCommand>({ type: 'UnpinLeader' }, { type: 'ResumeElections' }),
  fc
    .record({ r: runner, key: fc.constantFrom('k', 'l') })
    .map(({ r, key }): ElectionCommand => ({ type: 'UntaintRunner', runner: r, key, cause: 'request' })),
  fc
    .record({ r: runner, n: life, t: term })
    .map(({ r, n, t }): ElectionCommand => ({ type: 'ReleaseLeadership', runner: r, incarnation: inc(r, n), term: t })),
  fc
    .record({ r: runner, n: life, t: term })
    .map(({ r, n, t }): ElectionCommand => ({ type: 'ResignLeadership', runner: r, incarnation: inc(r, n), term: t, cooldownMs: null })),
  fc
    .record({ r: runner, n: fc.option(life) })
    .map(({ r, n }): ElectionCommand => ({ type: 'DeregisterRunner', runner: r, incarnation: n === null ? null : inc(r, n) })),
  fc.constant<ElectionCommand>({ type: 'Reconcile', cause: 'reconciled' }),
  fc
    .record({ knownTerm: fc.integer({ min: 0, max: 6 }), isSame: fc.boolean() })
    .map((about): ElectionCommand => ({ type: 'AcceptLog', knownVersion: 9, ...about })),
);
/** Commands with the time that passes before each. */
export const anyStory = fc.array(fc.record({ command: anyCommand, waitMs: fc.constantFrom(0, 100, 5_000, 40_000) }), { maxLength: 80, size: 'max' });

const longStory = fc.array(fc.record({ command: anyCommand, waitMs: fc.constantFrom(0, 100, 5_000, 40_000) }), { minLength: 80, maxLength: 80 });

export type Story = { command: ElectionCommand; waitMs: number }[];

/** The same stories for the same seed, on any machine. */
export const storiesOf = (seed: number, count: number): Story[] => fc.sample(longStory, { seed, numRuns: count });

export type Decider = (...args: Parameters<typeof decide>) => ReturnType<typeof decide>;

/** A history as the log would hold it, with envelopes and hash chain. A `decider` of one's own makes a wrong one. */
export function historyOf(story: Story, group = 'g', decider: Decider = decide): RecordedEvent[] {
  const history: RecordedEvent[] = [];
  let head: GroupHead = newHead(group);
  let ms = 0;
  for (const [index, { command, waitMs }] of story.entries()) {
    ms += waitMs;
    const at = atPlus(ms);
    const own = command.type === 'ResignLeadership' ? `runner:${command.runner}` : 'system:presence';
    const actor = index % 3 === 0 ? 'operator:ana' : own;
    const reason = index % 5 === 0 ? `step ${index}` : null;
    const decision = decider(command, head.state, { at, actor, reason });
    if (!('events' in decision)) continue;
    const commandId = derivedUuid(group, index);
    const meta = { v: STORED_FORM, at, actor, reason, commandId, requestHash: '', correlationId: 'c', instance: inc('s') };
    const asked = JSON.parse(JSON.stringify(command)) as ElectionCommand;
    const events = decision.events.map(({ type, data }) => ({ type, data, meta: { ...meta, id: '' } }) as Bare);
    placed(events, () => asked);
    for (const event of enveloped(events, group, head.state.version, head.hash, history.length)) {
      head = advance(head, event);
      history.push(event);
    }
  }
  return history;
}

type Bare = ElectionEvent & { meta: Omit<RecordedEvent['meta'], 'hash'> };

/** Numbers the parts of one append, and gives each event the id that goes with it. */
function placed(append: Bare[], asked: () => ElectionCommand | undefined): void {
  append.forEach(({ meta }, index) => {
    Object.assign(meta, { id: derivedUuid(meta.commandId, index), part: { index, of: append.length } });
    delete meta.command;
    const command = index === 0 ? asked() : undefined;
    if (command) meta.command = { ...command };
  });
}

const enveloped = (events: Bare[], group: string, version: number, hash: string, position: number): RecordedEvent[] => {
  let last = hash;
  return events.map((event, i) => {
    const { type, data, meta } = event;
    last = chainHash(last, { group, version: version + i + 1, type, data, meta });
    return { ...event, group, version: version + i + 1, position: String(position + i + 1), meta: { ...meta, hash: last } } as RecordedEvent;
  });
};

/** The same events with versions, parts, ids and hashes that fit again: what a forger would do who can write the whole log. */
export function forged(history: readonly RecordedEvent[]): RecordedEvent[] {
  const bare = history.map(({ type, data, meta: { hash: _hash, ...meta } }) => ({ type, data, meta }) as Bare);
  const starts = bare.flatMap((event, i) => (i === 0 || bare[i - 1]!.meta.commandId !== event.meta.commandId ? [i] : []));
  starts.forEach((start, n) => {
    const append = bare.slice(start, starts[n + 1]);
    const { command } = append[0]!.meta;
    placed(append, () => command as ElectionCommand | undefined);
  });
  return enveloped(bare, history[0]!.group, 0, GENESIS_HASH, 0);
}
