import type { GroupState, Id } from '@conclave/election';
import type { PresenceState } from './presence-state.js';
import type { RecordedBeat } from './records/names.js';

/** Active runners are watched for silence, others are not. */
export function watch({ silence, hearing }: PresenceState, id: Id, { id: group, runners, settings }: GroupState, nowMs: number): void {
  const runner = runners.get(id);
  if (runner?.status !== 'active') return silence.forget(group, id);
  const about = { group, runner: id, incarnation: runner.incarnation };
  silence.hear(about, settings.leaseMs, settings.heartbeatMs, nowMs, hearing.hearingMs(nowMs));
}

/** A beat that the log holds and this server did not hear itself. `at`: when it was recorded. */
export function hearElsewhere(p: PresenceState, beat: RecordedBeat, at: string, nowMs: number): void {
  const { groups, silence, hearing, seenAt, sessions } = p;
  const state = groups.get(beat.group);
  const runner = state?.runners.get(beat.runner);
  if (!state || runner?.incarnation !== beat.incarnation) return;
  seenAt.set(`${beat.group}/${beat.runner}`, at);
  sessions.alive(beat);
  if (runner.status !== 'active') return;
  silence.hear(beat, state.settings.leaseMs, state.settings.heartbeatMs, nowMs, hearing.hearingMs(nowMs));
}
