import type { GroupTime, Send } from '@conclave/coordination';
import { heldBy, roleOf, type GroupState, type Groups } from '@conclave/election';
import type { BeatBatcher } from './beat-batcher.js';
import type { CatchUp, Claim } from './answers/catch-up.js';
import { Activations } from './answers/activations.js';
import { ShortBeats, type Standby } from './answers/short-beats.js';
import type { Arrival, Moment } from './hearing/hearing.js';
import { readAhead } from './hearing/read-ahead.js';
import { NEVER_MS, type Process, type Roll } from './hearing/roll.js';
import type { LeaseClock } from './leases/lease-clock.js';
import type { LeaseTable } from './leases/lease-table.js';
import type { LifeSigns } from './life-signs.js';
import {
  BeatRefused,
  checkSecret,
  countSequence,
  recordOf,
  replyTo,
  stateOf,
  unknownRunner,
  type Beat,
  type HeartbeatReply,
} from './answers/replies.js';

/** Denials of terms that are remembered, so that each is logged once. */
const MOST_DENIED = 1_000;

export interface ReceptionParts {
  groups: Groups;
  leases: LeaseTable;
  leaseClock: LeaseClock;
  lifeSigns: LifeSigns;
  roll: Roll;
  batcher: BeatBatcher<HeartbeatReply>;
  now: () => Moment;
  wallMs: () => number;
  time: GroupTime;
  send: Send;
  log: CatchUp;
  problem: (message: string) => void;
}

/** Answers beats: of leaders from the log, of standbys from memory (L2, L3). */
export class Reception {
  private readonly denied = new Set<string>();
  private readonly activations: Activations;
  readonly short: ShortBeats;

  constructor(private readonly p: ReceptionParts) {
    this.activations = new Activations({ ...p, nowMs: () => p.now().nowMs });
    this.short = new ShortBeats({ ...p, live: this.live });
  }

  /** Of beats that are heard next, one behind the other. */
  readAhead = (beats: readonly unknown[]): number => readAhead(beats, this.p.groups, this.p.roll);

  /** Throws or rejects with {@link BeatRefused}, a CommandRefused or a StoreError; then the beat had no effect. */
  hear(beat: Beat, arrival = this.arrival()): HeartbeatReply | Promise<HeartbeatReply> {
    const found = this.p.groups.get(beat.group);
    const known = found?.runners.get(beat.runner);
    if (!this.p.log.isAhead(beat, found, known)) return this.answer(beat, arrival, found, known);
    return this.p.log.toHead(beat).then(() => this.answer(beat, this.arrival()));
  }

  /** Now. */
  arrival = (): Arrival => ({ moment: this.p.now(), wallMs: this.p.wallMs() });

  /** Reads up to the store's head of the group if a process knows more than this server. */
  async catchUpFor(about: Claim): Promise<void> {
    if (this.p.log.isAhead(about)) await this.p.log.toHead(about);
  }

  /** `known`: none if an operator removed it while it held the term. */
  private answer(
    beat: Beat,
    { moment, wallMs }: Arrival,
    found = this.p.groups.get(beat.group),
    known = found?.runners.get(beat.runner),
  ): HeartbeatReply | Promise<HeartbeatReply> {
    const state = stateOf(this.p.groups, beat.group, found);
    const role = roleOf(state, beat.runner, beat.incarnation, known);
    if (role === null) return unknownRunner(beat.runner, state);
    if (role === 'superseded') return replyTo(beat, state, 0, role);
    checkSecret(beat, state, known);
    this.checkTerm(beat, state);
    if (known) beat.incarnation = known.incarnation; // one text for all that is remembered of it
    const member = this.p.roll.enter(beat.group, beat.runner);
    const process = this.p.roll.enterProcess(beat, member);
    countSequence(beat, state, process);
    const seenMs = this.p.lifeSigns.note(beat, wallMs, member);
    const status = known?.status;
    if (status === 'active') this.p.lifeSigns.hear(beat, state, moment, member);
    if (beat.released !== undefined && heldBy(state, beat, beat.released)) {
      if (status === 'active') this.noteLife(beat, state, moment, process); // who says that it has stopped is not silent
      return this.release(beat, beat.released);
    }
    if (status && status !== 'active') {
      this.noteLife(beat, state, moment, process); // it may be elected, and work on that beat (L14)
      return this.activate(beat, state, seenMs);
    }
    if (beat.term !== undefined && heldBy(state, beat, beat.term) && this.mayRecord(state)) {
      this.checkSure(beat, state);
      const isFirst = this.p.leases.get(beat.group)?.lastValidRevision === 0;
      return this.p.batcher.renew(recordOf(beat, state), state.settings, isFirst);
    }
    this.noteLife(beat, state, moment, process);
    return replyTo(beat, state, 0, role);
  }

  /** It was looked up in the store: such a term never was, or it was lost with a part of the log. Told to people once. */
  private checkTerm({ group, runner, term, released }: Beat, state: GroupState): void {
    const named = Math.max(term ?? 0, released ?? 0);
    if (named <= state.term) return;
    const detail = `runner "${runner}" names term ${named} of group "${group}", of which the log knows nothing: it ends with term ${state.term}`;
    if (!this.denied.has(detail))
      this.p.problem(`${detail}; was a backup restored? No certificate proves it.`);
    if (this.denied.size >= MOST_DENIED) this.denied.clear();
    this.denied.add(detail);
    throw new BeatRefused(
      'term-unknown',
      `${detail}. Stop acting in it; show its certificate if there is one.`,
      state,
    );
  }

  /** What this server cannot grant it does not renew either: another server may, or the term ends (L7). */
  private checkSure({ group, term }: Beat, state: GroupState): void {
    if (!this.p.leases.get(group)?.isDoubtful) return;
    throw new BeatRefused(
      'not-ready',
      `this server has not seen all that the log held about term ${term} of group "${group}". Beat at another one.`,
      state,
    );
  }

  /** In handover a server records beats only until `drainMs` after it read the revocation (L1). */
  private mayRecord({ id, leadership, settings }: GroupState): boolean {
    if (!leadership!.handover) return true;
    return this.p.leaseClock.drainingMs(id, this.p.now().nowMs) <= settings.drainMs;
  }

  /** A standby was heard by its number. */
  private live = (
    { beat, member, process, processKey }: Standby,
    state: GroupState,
    arrival: Arrival,
  ): void => {
    this.p.lifeSigns.note(beat, arrival.wallMs, member, processKey);
    this.p.lifeSigns.hear(beat, state, arrival.moment, member);
    this.noteLife(beat, state, arrival.moment, process);
  };

  /** At most once per leaseMs/6: enough for the other servers to know that the runner lives (L3). */
  private noteLife(beat: Beat, { settings }: GroupState, { nowMs }: Moment, process: Process): void {
    const { notedMs } = process;
    if (nowMs - notedMs < settings.leaseMs / 6) return;
    process.notedMs = nowMs;
    this.p.batcher.note(beat, process, nowMs, settings.heartbeatMs, notedMs === NEVER_MS);
  }

  /** L11: a release is repeated in beats until it is acknowledged. */
  private async release(beat: Beat, term: number): Promise<HeartbeatReply> {
    const { runner, incarnation, group, secretHash, auth } = beat;
    const about = { runner, incarnation, term, ...(secretHash !== undefined && { secretHash }) };
    const command = { type: 'ReleaseLeadership' as const, ...about };
    const receipt = await this.p.send(group, command, `runner:${runner}`, auth);
    return this.answerAt(receipt.position, beat);
  }

  /** A beat that activates its runner waits a moment for that append, and is answered with what became of it. */
  private activate(
    beat: Beat,
    state: GroupState,
    seenMs: number | null,
  ): HeartbeatReply | Promise<HeartbeatReply> {
    const answer = () => replyTo(beat, stateOf(this.p.groups, beat.group), 0);
    return this.activations.begin(beat, state, seenMs)?.then(answer) ?? answer();
  }

  private async answerAt(position: string, beat: Beat): Promise<HeartbeatReply> {
    await this.p.log.to(position);
    return replyTo(beat, stateOf(this.p.groups, beat.group), 0);
  }
}
