import {
  addToTenures,
  decided,
  evolve,
  heldBy,
  isoOfMs,
  MOST_LIFTS,
  nextDeadlineMs,
  type ConfigureGroup,
  type Decision,
  type ElectionCommand,
  type ElectionEvent,
  type GroupState,
  type Id,
  type Occasion,
  type Rejection,
  type SettingsPatch,
  type Tenure,
} from '@conclave/election';
import { heldIn, reportedIn, type Fact, type Held } from './facts.js';
import { sameJson } from '../record/same-json.js';

type Told = ElectionEvent & { at: string };

/**
 * A group under other settings: it meets the recorded facts, and decides for itself. Until it first decides otherwise
 * than the record it does exactly what the record says; from then on it also acts at its own deadlines.
 */
export class OtherWorld {
  hasDiverged = false;
  /** Handovers that this world has and the record has not: how long they would have taken is not known. */
  inventedHandovers = 0;
  /** What operators did and this world refuses, by code. */
  readonly refusals = new Map<Rejection['code'], number>();
  private nowMs: number;
  private readonly awaited = new Map<Id, Fact[]>();
  /** Who leads in the recorded world at this time. */
  private recorded: Held | null;

  /** `state` and `tenures`: the group as recorded, where this world begins. */
  constructor(
    public state: GroupState,
    private readonly patch: SettingsPatch,
    readonly tenures: Tenure[],
    private readonly onEvents: (events: Told[]) => void = () => undefined,
  ) {
    this.recorded = heldIn(state);
    this.nowMs = state.lastAt === null ? 0 : Date.parse(state.lastAt);
  }

  /** The other settings come into force. Returns why they cannot be, or null. */
  begin(occasion: Occasion): Rejection | null {
    this.hasDiverged = true;
    this.letTimePass(Date.parse(occasion.at));
    const decision = this.perform({ type: 'ConfigureGroup', settings: this.patch }, occasion);
    if ('rejection' in decision) return decision.rejection;
    this.mend(occasion);
    return null;
  }

  /** What will come later here than the record has it. */
  awaits(facts: readonly Fact[]): void {
    for (const fact of facts) {
      const runner = reportedIn(fact);
      if (fact.recordedMs === undefined || runner === null) continue;
      if (!this.awaited.has(runner)) this.awaited.set(runner, []);
      this.awaited.get(runner)!.push(fact);
    }
  }

  /** While this world is as recorded; `events`: what the record says that followed. */
  takeRecorded(fact: Fact, events: readonly ElectionEvent[]): void {
    this.recorded = fact.after;
    const { command, occasion } = fact;
    const decided = this.performed(command.type === 'ConfigureGroup' ? this.configured(command) : command, occasion);
    this.nowMs = fact.ms;
    const isSame = decided.length === events.length && decided.every((e, i) => e.type === events[i]!.type && sameJson(e.data, events[i]!.data));
    if (isSame) return;
    this.hasDiverged = true;
    this.mend(occasion);
  }

  take(fact: Fact): void {
    this.letTimePass(fact.ms);
    if (!fact.isEcho) this.recorded = fact.after;
    const command = this.reinterpreted(fact);
    if (command) this.performed(command, fact.occasion);
    this.mend(fact.occasion);
  }

  /** Acts at every deadline up to then; a world that is still as recorded meets those in the record. */
  letTimePass(untilMs: number): void {
    if (!this.hasDiverged) return;
    for (;;) {
      const dueMs = nextDeadlineMs(this.state, this.nowMs);
      if (dueMs === null || dueMs > untilMs) break;
      this.nowMs = dueMs;
      const occasion = { at: isoOfMs(dueMs), actor: 'system:deadlines', reason: null };
      while (this.performed({ type: 'Reconcile', cause: 'cooldown-over' }, occasion).length >= MOST_LIFTS); // one may leave some to the next
      this.endInventedHandover({ at: isoOfMs(dueMs), actor: 'system:what-if', reason: null });
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** What was decided otherwise has consequences that no recorded fact will bring. */
  private mend(occasion: Occasion): void {
    this.perform({ type: 'Reconcile', cause: 'reconciled' }, occasion);
    this.endInventedHandover(occasion);
  }

  /** The record tells when a leader had stopped only if it had to stop there too. */
  private endInventedHandover(occasion: Occasion): void {
    const held = this.state.leadership;
    if (!held?.handover) return;
    const { recorded } = this;
    if (this.awaited.get(held.runner)?.some(({ recordedMs, ms }) => recordedMs! <= this.nowMs && this.nowMs < ms)) return; // its lease runs longer here
    if (recorded && recorded.handoverMs !== null && recorded.runner === held.runner && recorded.incarnation === held.incarnation) return;
    this.inventedHandovers++;
    const { runner, incarnation, term } = held;
    const isMember = this.state.runners.get(runner)?.incarnation === incarnation;
    if (isMember) this.perform({ type: 'ReleaseLeadership', runner, incarnation, term }, occasion);
    else this.perform({ type: 'ReportLeaseExpired', term, lastSeenAt: null, silentMs: 0, leaseMs: this.state.settings.leaseMs, deafMs: 0 }, occasion);
  }

  /** What a recorded command means here, where somebody else may lead; null: nothing. */
  private reinterpreted(fact: Fact): ElectionCommand | null {
    const { command, before } = fact;
    const held = this.state.leadership;
    switch (command.type) {
      case 'ConfigureGroup':
        return this.configured(command);
      case 'ReportSilence':
      case 'ReportLeaseExpired':
        return this.reported(fact);
      case 'ReleaseLeadership':
      case 'ResignLeadership': {
        const own = heldBy(this.state, command);
        if (!own) return null;
        const wasTold = before !== null && before.handoverMs !== null; // it stopped because it had to, which here it may not have
        return wasTold && !own.handover ? null : { ...command, term: own.term };
      }
      case 'TransferLeadership': {
        const isMeant = command.to === null ? held?.runner === before?.runner : held?.runner !== command.to;
        return isMeant ? command : null;
      }
      default:
        return command;
    }
  }

  /** Whoever fell silent did so in every world; only what follows differs. */
  private reported(fact: Fact): ElectionCommand | null {
    const { command, before } = fact;
    if (command.type !== 'ReportSilence' && command.type !== 'ReportLeaseExpired') return null;
    const runner = reportedIn(fact);
    const incarnation = command.type === 'ReportSilence' ? command.incarnation : (before?.incarnation ?? '');
    if (runner === null) return null;
    const { lastSeenAt, silentMs, leaseMs, deafMs } = command;
    const facts = { lastSeenAt, silentMs, leaseMs, deafMs };
    const evidence = command.type === 'ReportSilence' ? command.evidence : 'silence';
    const held = heldBy(this.state, { runner, incarnation });
    const isExpiryOnly = command.type === 'ReportLeaseExpired' && silentMs < leaseMs;
    // A lease that ran out though its holder was heard: of a handover, or of a term that it never took up.
    if (isExpiryOnly && !(held && (held.handover || held.since === before?.since))) return null;
    if (held && (this.state.settings.failover === 'lease' || command.type === 'ReportLeaseExpired')) {
      return evidence === 'silence' ? { type: 'ReportLeaseExpired', term: held.term, ...facts } : null;
    }
    return { type: 'ReportSilence', runner, incarnation, term: held?.term ?? null, evidence, ...facts };
  }

  /** The other settings stay in force over whatever operators set. A heartbeat that no longer fits follows the lease. */
  private configured(command: ConfigureGroup): ConfigureGroup {
    const { heartbeatMs, ...rest } = command.settings;
    const keeps = this.patch.leaseMs === undefined && heartbeatMs !== undefined;
    return { ...command, settings: { ...rest, ...(keeps && { heartbeatMs }), ...this.patch } };
  }

  private perform(command: ElectionCommand, occasion: Occasion): Decision {
    const decision = decided(command, this.state, occasion);
    if ('events' in decision) this.apply(decision.events, occasion);
    return decision;
  }

  private performed(command: ElectionCommand, occasion: Occasion): ElectionEvent[] {
    const decision = this.perform(command, occasion);
    if ('events' in decision) return decision.events;
    const { code } = decision.rejection;
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    return [];
  }

  private apply(events: readonly ElectionEvent[], occasion: Occasion): void {
    const occurred = events.map((event) => ({ ...event, meta: occasion }));
    addToTenures(this.tenures, { events: occurred, before: this.state });
    this.state = occurred.reduce(evolve, this.state);
    this.nowMs = Math.max(this.nowMs, Date.parse(occasion.at));
    if (events.length > 0) this.onEvents(events.map((event) => ({ ...event, at: occasion.at })));
  }
}
