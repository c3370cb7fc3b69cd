import { isCalled } from '@conclave/event-store';
import type { EventType, Id, Iso, RecordedEvent } from '@conclave/election';

/** Which events of a history somebody wants to see; what is absent is not asked for. */
export interface HistoryFilter {
  types?: ReadonlySet<EventType> | undefined;
  /** The event is about this runner. */
  runner?: Id | undefined;
  /** Who did it, or on whose order it happened: `operator:ana`, or short `ana`. */
  actor?: string | undefined;
  /** Instants as they stand in the log. */
  since?: Iso | undefined;
  until?: Iso | undefined;
}

export function matches(
  { type, data, meta }: RecordedEvent,
  { types, runner, actor, since, until }: HistoryFilter,
): boolean {
  if ((since !== undefined && meta.at < since) || (until !== undefined && meta.at > until)) return false;
  if (types && !types.has(type)) return false;
  const isCalledSo = isCalled(actor);
  const isBy = (name: string | undefined): boolean =>
    name === actor || (name !== undefined && isCalledSo(name));
  if (actor !== undefined && !isBy(meta.actor) && !isBy(meta.causedBy?.actor)) return false;
  if (runner === undefined) return true;
  const about = data as {
    runner?: Id;
    from?: Id;
    to?: Id | null;
    leader?: Id | null;
    previous?: { runner?: Id } | null;
    successor?: Id | null;
    /** An order that waits for a second person. */
    command?: { runner?: Id; to?: Id | null };
  };
  const { from, to, leader, previous, successor, command } = about;
  return [about.runner, from, to, leader, previous?.runner, successor, command?.runner, command?.to].includes(
    runner,
  );
}
