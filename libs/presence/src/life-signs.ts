import {
  runnerKey,
  type GroupState,
  type Groups,
  type Id,
  type ProcessId,
  type RunnerKey,
} from '@conclave/election';
import { isoOf } from '@conclave/kernel';
import type { Moment } from './hearing/hearing.js';
import type { Silence, SilenceDetector } from './hearing/silence-detector.js';
import type { RecordedBeat } from './records/names.js';
import type { Sessions } from './sessions.js';

/**
 * Who was heard when, here or through another server: for people, for silence (L3) and for sockets that
 * closed (L10).
 */
export class LifeSigns {
  /** When each runner was last heard, on any server, ms of the wall clock. For the record and for people. */
  private readonly seenMs = new Map<RunnerKey, number>();

  constructor(
    private readonly groups: Groups,
    readonly silence: SilenceDetector,
    private readonly sessions: Sessions,
  ) {}

  lastSeenAt(group: Id, runner: Id): string | null {
    const seenMs = this.seenMs.get(runnerKey(group, runner));
    return seenMs === undefined ? null : isoOf(seenMs);
  }

  /** A beat arrived here, at this time of the wall clock. Returns when the runner was seen before it. */
  note(beat: ProcessId, wallMs: number): number | null {
    const key = runnerKey(beat.group, beat.runner);
    const beforeMs = this.seenMs.get(key) ?? null;
    this.seenMs.set(key, wallMs);
    this.sessions.alive(beat);
    return beforeMs;
  }

  /** Its silence begins now. */
  hear(about: ProcessId, { settings: { leaseMs, heartbeatMs } }: GroupState, now: Moment): void {
    this.silence.hear(about, { limitMs: leaseMs, heartbeatMs }, now);
  }

  /** A beat that the log holds and this server did not hear itself. `wallMs`: when it was recorded. */
  hearElsewhere(beat: RecordedBeat, wallMs: number, now: Moment): void {
    const state = this.groups.get(beat.group);
    const runner = state?.runners.get(beat.runner);
    if (!state || runner?.incarnation !== beat.incarnation) return;
    this.note(beat, wallMs);
    if (runner.status === 'active') this.hear(beat, state, now);
  }

  /** Active runners are watched for silence, others are not. */
  watch(id: Id, state: GroupState, now: Moment): void {
    const runner = state.runners.get(id);
    if (runner?.status === 'active')
      this.hear({ group: state.id, runner: id, incarnation: runner.incarnation }, state, now);
    else this.silence.forget(state.id, id);
  }

  /** How long one runner has been silent; null if it is not watched. */
  silenceOf(group: Id, runner: Id, now: Moment): Silence | null {
    return this.silence.silenceOf(group, runner, now);
  }

  /** A runner is no member any more. */
  forget(group: Id, runner: Id): void {
    this.seenMs.delete(runnerKey(group, runner));
  }

  saved(): [RunnerKey, number][] {
    return [...this.seenMs];
  }
  restore(saved: ReturnType<LifeSigns['saved']>): void {
    for (const [key, wallMs] of saved) this.seenMs.set(key, wallMs);
  }
}
