import {
  heldBy,
  type ElectionCommand,
  type ElectionEvent,
  type GroupState,
  type Missed,
  type RecordedEvent,
} from '@conclave/election';

// Commands that end a term or find a runner silent, from what they left in the record.

/** One event of an append, with what is recorded about it. */
export type Step = ElectionEvent & { meta: RecordedEvent['meta'] };
type Data<T extends ElectionEvent['type']> = Extract<ElectionEvent, { type: T }>['data'];

/**
 * A process that a supervisor vouched for leaves only its effect: the term that it held ends as superseded.
 */
export function exitedIn(
  events: readonly Step[],
  { leadership, settings, runners }: GroupState,
): string | null {
  const ended = events.find((e) => e.type === 'LeadershipEnded');
  if (!ended || ended.data.cause !== 'superseded' || leadership?.term !== ended.data.term) return null;
  const isOwnEnd =
    settings.failover === 'fenced' && runners.get(leadership.runner)?.incarnation === leadership.incarnation;
  return isOwnEnd && events.some((e) => e.type === 'RunnerRestarted') ? null : ended.data.incarnation;
}

/** Of a leader in a lease group it is the end of its lease, of anybody else a report of silence (L5). */
export function silenceCommand(events: readonly Step[], at: string, before: GroupState): ElectionCommand {
  const missed = events.flatMap((e) => (e.type === 'HeartbeatMissed' ? [missedIn(e.data)] : []));
  const ended = events.find((e) => e.type === 'LeadershipEnded');
  const held = before.leadership;
  // whom it was about, and who was silent besides: he who held the term comes last
  const about = missed.find((one) => heldBy(before, one)) ?? missed.at(-1)!;
  const others = missed.filter((one) => one !== about);
  const { runner: _, incarnation: __, evidence, ...facts } = about;
  if (heldBy(before, about)) {
    const also = others.length > 0 ? { also: others } : {};
    const isExpiry = before.settings.failover === 'lease' || ended?.data.cause === 'lease-expired';
    if (isExpiry && evidence === 'silence')
      return { type: 'ReportLeaseExpired', term: held!.term, ...facts, ...also };
    return { type: 'ReportSilence', ...about, term: held!.term, ...also };
  }
  if (ended?.data.cause === 'lease-expired' && held?.term === ended.data.term)
    return { ...endCommand(ended.data, at, before), also: missed } as ElectionCommand;
  return { type: 'ReportSilence', ...about, term: null, ...(others.length > 0 && { also: others }) };
}

function missedIn(data: Data<'HeartbeatMissed'>): Missed {
  const { runner, incarnation, evidence, lastSeenAt, silentMs, leaseMs, deafMs } = data;
  return { runner, incarnation, evidence, lastSeenAt, silentMs, leaseMs, deafMs };
}

/** Of an append that begins with the end of a term: each cause has a command of its own. */
export function endCommand(
  { runner, incarnation, term, cause, cooldownUntil }: Data<'LeadershipEnded'>,
  at: string,
  { settings, runners }: GroupState,
): ElectionCommand {
  switch (cause) {
    case 'released':
      return { type: 'ReleaseLeadership', runner, incarnation, term };
    case 'resigned':
      return {
        type: 'ResignLeadership',
        runner,
        incarnation,
        term,
        cooldownMs: cooldownUntil === null ? 0 : Date.parse(cooldownUntil) - Date.parse(at),
      };
    case 'deregistered':
      return { type: 'DeregisterRunner', runner, incarnation };
    case 'superseded':
      return {
        type: 'RegisterRunner',
        runner,
        incarnation: runners.get(runner)?.incarnation ?? '',
        ready: false,
        previousExited: incarnation,
      };
    default: // not silent, but its lease is over: also what a mutant calls silence without recording one
      return {
        type: 'ReportLeaseExpired',
        term,
        lastSeenAt: null,
        silentMs: 0,
        leaseMs: settings.leaseMs,
        deafMs: 0,
      };
  }
}
