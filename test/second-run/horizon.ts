import { nextDeadlineMs, type Tenure } from '@conclave/election';
import { boundOf } from './bound.js';
import { leaderAt, msIn, type Told } from './told.js';
import { longestOf, type Deed, type Life, type Outage, type World } from './worlds.js';

/** When a connection that broke is known to be lost, at the latest (L10). */
const LOSS_MS = 350;

/** What a term without a beat lasts at the least (L4). */
const FIRST_BEAT_MS = 1_000;

/** From an instant on the record of the first run cannot tell what the second does. */
export interface Horizon {
  ms: number;
  why: string;
  /** What a limit of the answer must say for this to count; null: which of two things comes first is open. */
  limit: RegExp | null;
}

/** All of them, whether the answer says so or not. They look at what happened, never at what was foretold. */
export function horizonsOf(world: World, a: Told, b: Told): Horizon[] {
  return [
    ...unheard(world),
    ...unreported(world, a, b),
    ...undone(world, a, b),
    ...unseen(world, a, b),
    ...undirected(world, a, b),
    ...unknownEnds(world, a, b),
    ...races(world, b),
    ...firstBeats(world, b),
  ];
}

/** Silences that the first run did not notice and the second may. Of who was removed meanwhile the record says no more. */
function unheard(world: World): Horizon[] {
  const { ms } = boundOf(world);
  const [first, second] = [longestOf(world), world.b.leaseMs!];
  return world.lives
    .flatMap(({ runner, outages }) =>
      outages.map(({ fromMs, toMs }) => ({
        fromMs,
        lastsMs: Math.min(toMs, removedAt(world, runner, fromMs)) - fromMs,
      })),
    )
    .filter(({ lastsMs }) => lastsMs < first + ms && lastsMs > second - ms)
    .map(({ fromMs }) => ({ ms: fromMs + second - ms, why: 'a short silence', limit: /^silences shorter/ }));
}

const removedAt = ({ deeds }: World, runner: string, afterMs: number): number =>
  deeds.find(({ atMs, does }) => does.type === 'DeregisterRunner' && does.runner === runner && atMs > afterMs)
    ?.atMs ?? Infinity;

/** Somebody was elected while it was silent for less than a lease, and so never took up its term. */
function unreported(world: World, a: Told, b: Told): Horizon[] {
  return world.lives.flatMap(({ runner, outages }) =>
    outages.flatMap((outage) =>
      b.tenures
        .filter(
          (t) => t.runner === runner && isWithin(msIn(b, t.from), outage) && !isSilenceIn(a, runner, outage),
        )
        .map((t) => ({ ms: msIn(b, t.from), why: 'a term that began in a silence', limit: /^what had no/ })),
    ),
  );
}

/** What had no effect in the first run is not in its record. */
function undone(world: World, a: Told, b: Told): Horizon[] {
  return world.deeds.flatMap(({ atMs, does }, n) =>
    a.outcomes[n] !== 'changed' && b.outcomes[n] === 'changed'
      ? [{ ms: atMs, why: `${does.type} without effect`, limit: /^what had no effect/ }]
      : [],
  );
}

/** Connections that broke while their runner led a lease group are not recorded. */
function unseen({ lives, a: first, b: second }: World, a: Told, b: Told): Horizon[] {
  const isSeen = (runner: string, ms: number): boolean =>
    [ms, ms + LOSS_MS].every((at) => leaderAt(a, at) !== runner) ||
    (second.failover === 'lease' && [ms, ms + LOSS_MS].every((at) => leaderAt(b, at) === runner));
  return lives.flatMap(({ runner, outages }) =>
    outages
      .filter(({ kind, fromMs }) => kind !== 'hang' && first.failover === 'lease' && !isSeen(runner, fromMs))
      .map(({ fromMs }) => ({ ms: fromMs, why: "a leader's connection", limit: /broken connections/ })),
  );
}

/** Whoever was to go from the lead did not lead. */
function undirected(world: World, a: Told, b: Told): Horizon[] {
  return world.deeds
    .filter(({ does }) => does.type === 'TransferLeadership' && does.to === null)
    .filter(({ atMs }) => leaderAt(a, atMs - 1) !== leaderAt(b, atMs - 1))
    .map(({ atMs }) => ({ ms: atMs, why: 'a transfer from another', limit: /transfers away/ }));
}

/** Handovers that took their time, which the first run has not: there nobody had to stop. */
function unknownEnds(world: World, a: Told, b: Told): Horizon[] {
  const { ms: apartMs, handoverMs } = boundOf(world);
  const isKnown = ({ runner }: Tenure, ms: number): boolean => {
    const isSame = (t: Tenure): boolean =>
      t.runner === runner &&
      t.endCause !== 'fenced' &&
      Math.abs(msIn(a, t.handoverFrom ?? '') - ms) <= apartMs;
    const { outages } = world.lives.find((life) => life.runner === runner)!;
    const dead = outages.find(({ kind, toMs }) => kind === 'restart' && toMs === ms);
    return a.tenures.some(isSame) || (dead !== undefined && isSilenceIn(a, runner, dead));
  };
  return b.tenures.flatMap((tenure) => {
    const { handoverFrom, to } = tenure;
    if (handoverFrom === null) return [];
    const fromMs = msIn(b, handoverFrom);
    const isLong = to === null || msIn(b, to) - fromMs > handoverMs;
    if (!isLong || isKnown(tenure, fromMs)) return [];
    return [
      {
        ms: fromMs,
        why: 'an unknown handover',
        limit: /handovers (are not in|begin later here than in) the record/,
      },
    ];
  });
}

/** True if the run recorded that the runner was silent then. */
const isSilenceIn = (run: Told, runner: Life['runner'], outage: Outage): boolean =>
  run.appends.some(({ events }) =>
    events.some(({ type, data, meta: { at } }) => {
      const isIt = type === 'HeartbeatMissed' && data.runner === runner && data.evidence === 'silence';
      return isIt && isWithin(msIn(run, at), outage);
    }),
  );
const isWithin = (ms: number, { fromMs, toMs }: Outage): boolean => fromMs < ms && ms < toMs;

/**
 * Deadlines of the second run that follow from when something was noticed, and are so near to another fact
 * that which comes first is open. The world keeps all else apart.
 */
function races(world: World, b: Told): Horizon[] {
  const { ms: apartMs } = boundOf(world);
  const { leaseMs } = world.b;
  const exact = world.deeds.flatMap(({ atMs, does }) => [atMs, atMs + lastsMs(does)]);
  const noticed = outagesOf(world).flatMap(({ fromMs, toMs }) => [toMs, fromMs + leaseMs!, fromMs + LOSS_MS]);
  const due = b.appends.flatMap(({ after }) => {
    const dueMs = nextDeadlineMs(after, Date.parse(after.lastAt!));
    return dueMs === null ? [] : [dueMs - b.startMs];
  });
  const firstBeatMs = Math.max(2 * world.b.heartbeatMs!, FIRST_BEAT_MS);
  const untaken = world.lives.flatMap(({ runner, outages }) =>
    b.tenures
      .filter((t) => t.runner === runner && outages.some((outage) => isWithin(msIn(b, t.from), outage)))
      .map((t) => msIn(b, t.from) + firstBeatMs),
  );
  return [...due, ...untaken].flatMap((atMs) => {
    const isNear = (most: number) => (ms: number) => Math.abs(ms - atMs) <= most;
    if (exact.some(isNear(1)) || !(exact.some(isNear(apartMs)) || noticed.some(isNear(2 * apartMs))))
      return [];
    return [{ ms: atMs - 2 * apartMs, why: 'a deadline near a fact', limit: null }];
  });
}

/** Who falls silent as it is elected has named its term in a beat, or has not. */
function firstBeats(world: World, b: Told): Horizon[] {
  const { handoverMs } = boundOf(world);
  return world.lives.flatMap(({ runner, outages }) =>
    b.tenures
      .filter((t) => t.runner === runner)
      .map((t) => msIn(b, t.from))
      .filter((ms) => outages.some(({ fromMs }) => Math.abs(fromMs - ms) <= handoverMs))
      .map((ms) => ({ ms, why: 'a silence at an election', limit: null })),
  );
}

const lastsMs = (does: Deed['does']): number =>
  ('ttlMs' in does ? does.ttlMs : 'cooldownMs' in does ? does.cooldownMs : null) ?? 0;

const outagesOf = ({ lives }: World): Outage[] => lives.flatMap(({ outages }) => outages);
