import pLimit from 'p-limit';
import { comparePositions, type EventStore } from '@conclave/event-store';
import type { HistoryIndex } from '@conclave/audit';
import { positionOf, sealedTo, type Append, type Groups, type Id } from '@conclave/election';
import type { Clock } from '@conclave/kernel';
import { WatchFeed } from '@conclave/views';
import { breather } from '../pace/slices.js';
import { missedAppends } from './missed-appends.js';

/** So many clients are told at a time what they missed: each reads the log. */
const RESUMING = 4;

interface Sources {
  store: EventStore;
  groups: Groups;
  clock: Clock;
  history: HistoryIndex;
}

/** `signal`: the server stops. Live news, and what was missed from the log: of one group from its stream, of all from all of it. */
export function watchFeedOf(
  { store, groups, clock, history }: Sources,
  signal: AbortSignal,
  position: () => string,
): WatchFeed {
  const past = {
    isGivenUp: (group: Id) => groups.problemOf(group) !== null,
    sealedTo: (group: Id) => sealedTo(groups.get(group) ?? { sealed: null }),
    stateAt: async (group: Id, version: number) => history.stateAt(group, version),
  };
  async function* ofGroup(group: Id, after: string, until: string): AsyncGenerator<Append> {
    for await (const append of history.appendsAfter(group, after)) {
      if (comparePositions(positionOf(append), until) > 0) return;
      yield append;
    }
  }
  async function* ofAll(after: string, until: string): AsyncGenerator<Append> {
    const ended = new AbortController();
    try {
      yield* missedAppends(store, past, { after, until }, AbortSignal.any([signal, ended.signal]));
    } finally {
      ended.abort();
    }
  }
  const missed = (group: Id | null, after: string, until: string) =>
    group === null ? ofAll(after, until) : ofGroup(group, after, until);
  return new WatchFeed(groups, missed, clock, position, breather(signal), pLimit(RESUMING));
}
