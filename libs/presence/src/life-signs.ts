import type { GroupTime } from '@conclave/coordination';
import type { GroupState, Groups, Id, ProcessId, ProcessKey } from '@conclave/election';
import { isoOf } from '@conclave/kernel';
import type { Moment } from './hearing/hearing.js';
import { NEVER_MS, type Member, type Roll } from './hearing/roll.js';
import type { Silence, SilenceDetector } from './hearing/silence-detector.js';
import type { RecordedBeat } from './records/names.js';
import { raise } from './records/sequences.js';
import type { Sessions } from './sessions.js';

/**
 * Who was heard when, here or through another server: for people, for silence (L3) and for sockets that
 * closed (L10).
 */
export class LifeSigns {
  constructor(
    private readonly groups: Groups,
    readonly silence: SilenceDetector,
    private readonly sessions: Sessions,
    private readonly roll: Roll,
    private readonly time: GroupTime,
  ) {}

  /**
   * All groups have been read, and so it is known which time it is in each. Nobody was heard later, whatever the clock said that
   * wrote it down: it was ahead, and has been set right.
   */
  caughtUp(): void {
    this.roll.seenBy((group) => Math.floor(this.time.nowMs(group)));
  }

  lastSeenAt(group: Id, runner: Id): string | null {
    const seenMs = this.roll.find(group, runner)?.seenMs ?? NEVER_MS;
    return seenMs === NEVER_MS ? null : isoOf(seenMs);
  }

  /** A beat arrived here, at this time of the wall clock. Returns when the runner was seen before it. */
  note(
    beat: ProcessId,
    wallMs: number,
    member = this.roll.enter(beat.group, beat.runner),
    key?: ProcessKey,
  ): number | null {
    const beforeMs = member.seenMs === NEVER_MS ? null : member.seenMs;
    member.seenMs = this.time.then(beat.group, wallMs);
    this.sessions.alive(beat, key);
    return beforeMs;
  }

  /** Its silence begins now. */
  hear(
    about: ProcessId,
    { settings: { leaseMs, heartbeatMs } }: GroupState,
    now: Moment,
    member?: Member,
  ): void {
    this.silence.hear(about, { limitMs: leaseMs, heartbeatMs }, now, member);
  }

  /** A beat that the log holds and this server did not hear itself. `wallMs`: when it was recorded. */
  hearElsewhere(beat: RecordedBeat, wallMs: number, now: Moment): void {
    const state = this.groups.get(beat.group);
    const runner = state?.runners.get(beat.runner);
    if (!state || runner?.incarnation !== beat.incarnation) return;
    const member = this.roll.enter(beat.group, beat.runner);
    raise(this.roll.enterProcess(beat, member), beat.sequence);
    this.note(beat, wallMs, member);
    if (runner.status === 'active') this.hear(beat, state, now, member);
  }

  /**
   * It was heard, perhaps on another server, of which the beat itself is never read where nothing could be written then. `awaySince`:
   * whatever is known from before is older.
   */
  activated(group: Id, runner: Id, at: string, awaySince: string | null): void {
    const member = this.roll.find(group, runner);
    if (!member) return;
    const isOld =
      member.seenMs === NEVER_MS || (awaySince !== null && member.seenMs <= Date.parse(awaySince));
    if (isOld) member.seenMs = Date.parse(at);
  }

  /** Active runners are watched for silence, others are not. */
  watch(id: Id, state: GroupState, now: Moment): void {
    const runner = state.runners.get(id);
    if (runner?.status !== 'active') return this.silence.forget(state.id, id);
    const about = { group: state.id, runner: id, incarnation: runner.incarnation };
    this.hear(about, state, now);
    // somewhere it was heard, whatever socket closed; who leads is judged by what is heard of it, as others wait for that (L10)
    if (state.leadership?.runner !== id) this.sessions.alive(about);
  }

  /** How long one runner has been silent; null if it is not watched. */
  silenceOf(group: Id, runner: Id, now: Moment): Silence | null {
    return this.silence.silenceOf(group, runner, now);
  }
}
