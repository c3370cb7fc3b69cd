import {
  addToTenures,
  decideAndFold,
  evolveBy,
  isoOfMs,
  occurrenceOf,
  MOST_LIFTS,
  nextDeadlineMs,
  type Decision,
  type ElectionCommand,
  type ElectionEvent,
  type GroupState,
  type Occasion,
  type Rejection,
  type SettingsPatch,
  type Tenure,
  sameJson,
} from '@conclave/election';
import { Hindsight, LATE_MS } from './hindsight/hindsight.js';
import { heldIn, type Fact, type Held } from './hindsight/facts.js';
import { overrideSettings, reinterpret } from './reinterpretation.js';
import { endOfUntaken } from './untaken.js';

type TimedEvent = ElectionEvent & { at: string };

/**
 * A group under other settings: it meets the recorded facts, and decides for itself. Until it first decides
 * otherwise than the record it does exactly what the record says; from then on it also acts at its own
 * deadlines.
 */
export class Counterfactual {
  hasDiverged = false;
  /** Handovers that this world has and the record has not: how long they would have taken is not known. */
  inventedHandovers = 0;
  /** Terms whose handover begins later than in the record: that tells when a leader had stopped which was told to sooner. */
  readonly lateHandovers = new Set<number>();
  /** Transfers to whoever is next, from a leader that does not lead here. */
  transfersLeftOut = 0;
  /** What operators did and this world refuses, by code. */
  readonly refusals = new Map<Rejection['code'], number>();
  private nowMs: number;
  private hindsight = new Hindsight([], []);
  /** Who leads in the recorded world at this time. */
  private recorded: Held | null;

  /** `state` and `tenures`: the group as recorded, where this world begins. */
  constructor(
    public state: GroupState,
    private readonly patch: SettingsPatch,
    readonly tenures: Tenure[],
    private readonly onEvents: (events: TimedEvent[]) => void = () => undefined,
  ) {
    this.recorded = heldIn(state);
    this.nowMs = state.lastAt === null ? 0 : Date.parse(state.lastAt);
  }

  /** The other settings come into force. Returns why they cannot be, or null. */
  begin(occasion: Occasion): Rejection | null {
    this.hasDiverged = true;
    this.letTimePass(Date.parse(occasion.at));
    const decision = this.attempt({ type: 'ConfigureGroup', settings: this.patch }, occasion);
    if ('rejection' in decision) return decision.rejection;
    this.mend(occasion);
    return null;
  }

  /** From here on something recorded is taken not to have happened. */
  diverge(): void {
    this.hasDiverged = true;
  }

  /** What the facts to come tell of the time before them. */
  learns(hindsight: Hindsight): void {
    this.hindsight = hindsight;
  }

  /** While this world is as recorded; `events`: what the record says that followed. */
  takeRecorded(fact: Fact, events: readonly ElectionEvent[]): void {
    this.recorded = fact.after;
    const { command, occasion } = fact;
    const decided = this.carryOut(
      command.type === 'ConfigureGroup' ? overrideSettings(command, this.patch) : command,
      occasion,
    );
    this.nowMs = fact.ms;
    const isSame =
      decided.length === events.length &&
      decided.every((e, i) => e.type === events[i]!.type && sameJson(e.data, events[i]!.data));
    if (isSame) return;
    this.hasDiverged = true;
    this.mend(occasion);
  }

  take(fact: Fact): void {
    this.letTimePass(fact.ms);
    if (!fact.isElsewhen) this.recorded = fact.after;
    const command = reinterpret(fact, this.state, this.patch);
    if (command) this.carryOut(command, fact.occasion);
    else if (fact.command.type === 'TransferLeadership') this.transfersLeftOut++;
    this.mend(fact.occasion);
  }

  /** Acts at every deadline up to then; a world that is still as recorded meets those in the record. */
  letTimePass(untilMs: number): void {
    if (!this.hasDiverged) return;
    for (;;) {
      const untaken = endOfUntaken(this.state, this.nowMs, this.hindsight);
      const dueMs = Math.min(nextDeadlineMs(this.state, this.nowMs) ?? Infinity, untaken?.dueMs ?? Infinity);
      if (dueMs === Infinity || dueMs > untilMs) break;
      this.nowMs = dueMs;
      const by = (actor: string): Occasion => ({ at: isoOfMs(dueMs), actor, reason: null, commandId: '' });
      if (untaken?.dueMs === dueMs) this.carryOut(untaken.command, by('system:presence'));
      const reconcile = { type: 'Reconcile', cause: 'cooldown-over' } as const;
      // one may leave some to the next
      while (this.carryOut(reconcile, by('system:deadlines')).length >= MOST_LIFTS);
      this.endInventedHandover(by('system:what-if'));
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** What was decided otherwise has consequences that no recorded fact will bring. */
  private mend(occasion: Occasion): void {
    this.attempt({ type: 'Reconcile', cause: 'reconciled' }, occasion);
    this.endInventedHandover(occasion);
  }

  /** The record tells when a leader had stopped only if it had to stop there too. */
  private endInventedHandover(occasion: Occasion): void {
    const held = this.state.leadership;
    if (!held?.handover) return;
    const { recorded, hindsight } = this;
    const { runner, incarnation, term } = held;
    const isRecorded = recorded?.runner === runner && recorded.incarnation === incarnation;
    if (isRecorded && recorded.handoverMs !== null) {
      if (Date.parse(held.handover.since) - recorded.handoverMs > LATE_MS) this.lateHandovers.add(term);
      return;
    }
    if (hindsight.tellsEndOfHandover(held, this.nowMs)) return;
    this.inventedHandovers++;
    // who was superseded does not release; who was removed does
    const isSuperseded = (this.state.runners.get(runner)?.incarnation ?? incarnation) !== incarnation;
    const { leaseMs } = this.state.settings;
    const seen = { lastSeenAt: null, silentMs: 0, leaseMs, deafMs: 0 };
    this.attempt(
      isSuperseded
        ? { type: 'ReportLeaseExpired', term, ...seen }
        : { type: 'ReleaseLeadership', runner, incarnation, term },
      occasion,
    );
  }

  /** Decides, and applies what was decided. */
  private attempt(command: ElectionCommand, occasion: Occasion): Decision {
    const decision = decideAndFold(command, this.state, { ...occasion, isRecorded: !this.hasDiverged });
    if ('events' in decision) this.apply(decision.events, occasion);
    return decision;
  }

  /** What came of it; a refusal is counted. */
  private carryOut(command: ElectionCommand, occasion: Occasion): ElectionEvent[] {
    const decision = this.attempt(command, occasion);
    if ('events' in decision) return decision.events;
    const { code } = decision.rejection;
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    return [];
  }

  private apply(events: readonly ElectionEvent[], occasion: Occasion): void {
    const occurred = events.map((event) => occurrenceOf(event, occasion));
    addToTenures(this.tenures, { events: occurred, before: this.state });
    this.state = evolveBy(this.state, occurred);
    this.nowMs = Math.max(this.nowMs, Date.parse(occasion.at));
    if (events.length > 0) this.onEvents(events.map((event) => ({ ...event, at: occasion.at })));
  }
}
