import fc from 'fast-check';
import { NO_TERM, type ElectionCommand } from '@conclave/election';
import { inc } from '@conclave/processes';
import { COMMAND } from './given.js';

const runner = fc.constantFrom('a', 'b', 'c');
const life = fc.integer({ min: 1, max: 3 });
const term = fc.integer({ min: 0, max: 6 });
const silence = { lastSeenAt: null, silentMs: 20_000, leaseMs: 15_000, deafMs: 0 };
/** Who else was silent: now and then nobody, the leader, a process that is long gone, or one twice. */
const also = fc
  .array(fc.record({ r: runner, n: life }), { maxLength: 3 })
  .map((others) =>
    others.length === 0
      ? {}
      : {
          also: others.map(({ r, n }) => ({
            runner: r,
            incarnation: inc(r, n),
            evidence: 'silence' as const,
            ...silence,
          })),
        },
  );
const back = fc
  .record({ r: runner, n: life, heardAtVersion: fc.constantFrom(0, 999) })
  .map(({ r, n, heardAtVersion }) => ({
    runner: r,
    incarnation: inc(r, n),
    heardAtVersion,
    lastSeenAt: null,
    silentMs: null,
  }));
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
    heartbeatMs: fc.constantFrom(null, 1_000, 7_000),
    damping: fc.constantFrom(null, {}, { suppressAt: 1_000, halfLifeMs: 20_000 }),
    twoPersonMs: fc.constantFrom(null, undefined, undefined, undefined, 60_000),
    lossConfirmMs: fc.constantFrom(null, undefined, undefined, 0, 100),
  },
  { requiredKeys: [] },
);

/** Mostly the same one, now and then another or none. */
const proof = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ secretHash: 'a'.repeat(64), previousSecretHash: 'a'.repeat(64) }) },
  { weight: 1, arbitrary: fc.constant({ secretHash: 'b'.repeat(64) }) },
  { weight: 1, arbitrary: fc.constant<{ secretHash?: string }>({}) },
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
      proof,
    })
    .map(({ r, n, ready, exited, priority, proof: p }): ElectionCommand => ({
      type: 'RegisterRunner',
      runner: r,
      incarnation: inc(r, n),
      ready,
      priority,
      previousExited: exited === null ? null : inc(r, exited),
      ...p,
    })),
  fc
    .tuple(back, fc.option(fc.array(back, { minLength: 1, maxLength: 3 }), { nil: undefined }))
    .map(([first, also]): ElectionCommand => ({ type: 'ActivateRunner', ...first, ...(also && { also }) })),
  fc
    .record({ r: runner, n: life, t: fc.option(term), also })
    .map(({ r, n, t, also }): ElectionCommand => ({
      type: 'ReportSilence',
      runner: r,
      incarnation: inc(r, n),
      term: t,
      evidence: 'silence',
      ...silence,
      ...also,
    })),
  fc
    .record({ t: term, silentMs: fc.constantFrom(0, 20_000), also })
    .map(({ t, silentMs, also }): ElectionCommand => ({
      type: 'ReportLeaseExpired',
      term: t,
      ...silence,
      silentMs,
      ...also,
    })),
  fc
    .record({
      r: runner,
      key: fc.constantFrom('k', 'l'),
      effect: fc.constantFrom('NoLead' as const, 'NoElect' as const, 'PreferNoLead' as const),
    })
    .map(({ r, key, effect }): ElectionCommand => ({
      type: 'TaintRunner',
      runner: r,
      key,
      effect,
      ...forever,
    })),
  fc
    .record({ r: runner, key: fc.constantFrom('k', 'l'), life: lifetime })
    .map(({ r, key, life: l }): ElectionCommand => ({
      type: 'TaintRunner',
      runner: r,
      key,
      effect: 'NoLead',
      ...l,
    })),
  fc
    .record({ r: runner, mode: fc.constantFrom('strict' as const, 'prefer' as const), life: lifetime })
    .map(({ r, mode, life: l }): ElectionCommand => ({ type: 'PinLeader', runner: r, mode, ...l })),
  fc
    .option(fc.constantFrom(100, 30_000))
    .map((ttlMs): ElectionCommand => ({ type: 'PauseElections', expiresAt: null, ttlMs })),
  fc
    .option(fc.constantFrom(100, 30_000))
    .map((ttlMs): ElectionCommand => ({ type: 'DrainGroup', expiresAt: null, ttlMs })),
  fc
    .record({ r: fc.option(runner), force: fc.boolean(), deadlineMs: fc.constantFrom(null, 50) })
    .map(({ r, force, deadlineMs }): ElectionCommand => ({
      type: 'TransferLeadership',
      transfer: inc('t'),
      to: r,
      force,
      deadlineMs,
    })),
  runner.map((r): ElectionCommand => ({ type: 'ForgiveRunner', runner: r })),
  fc.constantFrom<ElectionCommand>({ type: 'UnpinLeader' }, { type: 'ResumeElections' }),
  fc
    .record({ r: runner, key: fc.constantFrom('k', 'l') })
    .map(({ r, key }): ElectionCommand => ({ type: 'UntaintRunner', runner: r, key, cause: 'request' })),
  fc
    .record({ r: runner, n: life, t: term, proof })
    .map(({ r, n, t, proof: { secretHash } }): ElectionCommand => ({
      type: 'ReleaseLeadership',
      runner: r,
      incarnation: inc(r, n),
      term: t,
      ...(secretHash && { secretHash }),
    })),
  fc
    .record({ r: runner, n: life, t: fc.oneof(term, fc.constant(NO_TERM)) })
    .map(({ r, n, t }): ElectionCommand => ({
      type: 'ResignLeadership',
      runner: r,
      incarnation: inc(r, n),
      term: t,
      cooldownMs: null,
    })),
  fc
    .record({ r: runner, n: fc.option(life) })
    .map(({ r, n }): ElectionCommand => ({
      type: 'DeregisterRunner',
      runner: r,
      incarnation: n === null ? null : inc(r, n),
    })),
  fc
    .constantFrom('ApproveOrder' as const, 'ApproveOrder' as const, 'WithdrawOrder' as const)
    .map((type): ElectionCommand => ({ type, proposal: COMMAND })),
  fc.constant<ElectionCommand>({ type: 'Reconcile', cause: 'reconciled' }),
  fc
    .record({ knownTerm: fc.integer({ min: 0, max: 6 }), isSame: fc.boolean() })
    .map((about): ElectionCommand => ({ type: 'AcceptLog', knownVersion: 9, ...about })),
);

/** Now and then somebody deletes the group, with all of its history in an archive or not. */
export const anyCommandOrEnd: fc.Arbitrary<ElectionCommand> = fc.oneof(
  { weight: 20, arbitrary: anyCommand },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 40 })
      .map((upTo): ElectionCommand => ({ type: 'DeleteGroup', upTo, digest: 'd'.repeat(64) })),
  },
);
