import {
  runnerKey,
  type GroupState,
  type Groups,
  type Id,
  type ProcessId,
  type RunnerKey,
} from '@conclave/election';
import type { Moment } from './hearing/hearing.js';
import type { Silence, SilenceDetector } from './hearing/silence-detector.js';
import type { RecordedBeat } from './records/names.js';
import type { Sessions } from './sessions.js';

/**
 * Who was heard when, here or through another server: for people, for silence (L3) and for sockets that
 * closed (L10).
 */
export class LifeSigns {
  /** When each runner was last heard, on any server, wall clock. For the record and for people. */
  private readonly seenAt = new Map<RunnerKey, string>();

  constructor(
    private readonly groups: Groups,
    readonly silence: SilenceDetector,
    private readonly sessions: Sessions,
  ) {}

  lastSeenAt(group: Id, runner: Id): string | null {
    return this.seenAt.get(runnerKey(group, runner)) ?? null;
  }

  /** A beat arrived here. Returns when the runner was seen before it. */
  note(beat: ProcessId, at: string): string | null {
    const before = this.lastSeenAt(beat.group, beat.runner);
    this.seenAt.set(runnerKey(beat.group, beat.runner), at);
    this.sessions.alive(beat);
    return before;
  }

  /** Its silence begins now. */
  hear(about: ProcessId, { settings: { leaseMs, heartbeatMs } }: GroupState, now: Moment): void {
    this.silence.hear(about, { limitMs: leaseMs, heartbeatMs }, now);
  }

  /** A beat that the log holds and this server did not hear itself. `at`: when it was recorded. */
  hearElsewhere(beat: RecordedBeat, at: string, now: Moment): void {
    const state = this.groups.get(beat.group);
    const runner = state?.runners.get(beat.runner);
    if (!state || runner?.incarnation !== beat.incarnation) return;
    this.note(beat, at);
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
    this.seenAt.delete(runnerKey(group, runner));
  }

  saved(): [RunnerKey, string][] {
    return [...this.seenAt];
  }
  restore(seenAt: ReturnType<LifeSigns['saved']>): void {
    for (const [key, at] of seenAt) this.seenAt.set(key, at);
  }
}
