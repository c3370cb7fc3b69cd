import type { RecordedEvent } from './events.js';
import type { GroupState } from './state.js';
import type { EndCause, Id, Iso } from './vocabulary.js';

/** One term as people count it: who, from when to when, how it ended, how long nobody led after it. */
export interface Tenure {
  term: number;
  runner: Id;
  from: Iso;
  to: Iso | null;
  ms: number | null;
  handoverMs: number | null;
  endCause: EndCause | null;
  /** How long the leader had not been heard when its term ended by silence: nobody knows since when it did no work. */
  silentMs: number | null;
  leaderlessAfterMs: number | null;
}

type Told = Pick<RecordedEvent, 'type' | 'data'> & { meta: { at: Iso } };

export const msBetween = (from: Iso, to: Iso): number => Date.parse(to) - Date.parse(from);

/** Takes one more event into the tenures of its group, oldest first; `before` is the group before it. */
export function addToTenures(tenures: Tenure[], event: Told, before: GroupState): void {
  const { at } = event.meta;
  const last = tenures.at(-1);
  if (event.type === 'LeaderElected') {
    const { term, runner } = event.data as { term: number; runner: Id };
    if (last?.to) last.leaderlessAfterMs = msBetween(last.to, at);
    tenures.push({ term, runner, from: at, to: null, ms: null, handoverMs: null, endCause: null, silentMs: null, leaderlessAfterMs: null });
  } else if (event.type === 'LeadershipEnded' && last) {
    const revokedAt = before.leadership?.handover?.since;
    Object.assign(last, {
      to: at,
      ms: msBetween(last.from, at),
      endCause: (event.data as { cause: EndCause }).cause,
      handoverMs: revokedAt ? msBetween(revokedAt, at) : null,
      silentMs: silenceOf(last.runner, before, at),
    });
  }
}

/** Set if this very append reported the silence. */
function silenceOf(runner: Id, { runners }: GroupState, at: Iso): number | null {
  const known = runners.get(runner);
  if (known?.status !== 'silent' || known.awaySince !== at || known.lastSeenAt === null) return null;
  return Math.max(0, msBetween(known.lastSeenAt, at));
}
