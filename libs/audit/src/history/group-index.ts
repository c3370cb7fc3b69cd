import { comparePositions } from '@conclave/event-store';
import type { Append, GroupState, RecordedEvent } from '@conclave/election';

/** A group as it stood between two appends, to fold on from. */
export interface Checkpoint {
  readonly version: number;
  readonly state: GroupState;
  readonly position: string;
  /** Version of the last event before it that opened or closed a term, 0 if there is none. */
  readonly decided: number;
}

/** Events between two checkpoints; a group of many runners has fewer, because each costs a map of them. */
const SPACING = 128;
const DECISIONS: ReadonlySet<RecordedEvent['type']> = new Set<RecordedEvent['type']>([
  'LeaderElected',
  'LeadershipEnded',
  'GroupLeaderless',
]);

/**
 * Finds the place in a group's history that an instant, a version or a term means, without reading the
 * history.
 */
export class GroupIndex {
  private readonly atMs: number[] = [];
  private readonly elections: { term: number; version: number }[] = [];
  private readonly checkpoints: Checkpoint[];
  private decided: number;

  /** `start`: where it begins; events before it are not indexed. */
  constructor(start: Checkpoint) {
    this.checkpoints = [start];
    this.decided = start.decided;
  }

  /** Version of the last event that is not indexed; 0 if all are. */
  get base(): number {
    return this.checkpoints[0]!.version;
  }
  get version(): number {
    return this.base + this.atMs.length;
  }

  /** `position`: where the group stood before it. */
  add({ events, before }: Append, position: string): void {
    const last = this.checkpoints.at(-1)!;
    const spacing = Math.max(SPACING, before.runners.size);
    if (before.version - last.version >= spacing)
      this.checkpoints.push({ version: before.version, state: before, position, decided: this.decided });
    const atMs = Date.parse(events[0]!.meta.at);
    for (const event of events) {
      this.atMs.push(atMs);
      if (event.type === 'LeaderElected')
        this.elections.push({ term: event.data.term, version: event.version });
      if (DECISIONS.has(event.type)) this.decided = event.version;
    }
  }

  /** How many events had happened up to this instant, that one included. */
  versionAt(ms: number): number {
    return this.base + countWhile(this.atMs, (atMs) => atMs <= ms);
  }

  /** The last checkpoint at or before a version. */
  checkpointBefore(version: number): Checkpoint {
    return this.lastWhere((checkpoint) => checkpoint.version <= version);
  }

  /** The last checkpoint at or before a position of the log. */
  checkpointAt(position: string): Checkpoint {
    return this.lastWhere((checkpoint) => comparePositions(checkpoint.position, position) <= 0);
  }

  private lastWhere(isBefore: (checkpoint: Checkpoint) => boolean): Checkpoint {
    return this.checkpoints[Math.max(0, countWhile(this.checkpoints, isBefore) - 1)]!;
  }

  /** Version of the election of the first term from `term` on; null if there is none. */
  electionFrom(term: number): number | null {
    return this.elections[countWhile(this.elections, (e) => e.term < term)]?.version ?? null;
  }

  /** This index, continued by one that begins where this one ends. */
  followedBy(later: GroupIndex): GroupIndex {
    for (const at of later.atMs) this.atMs.push(at);
    for (const election of later.elections) this.elections.push(election);
    for (const checkpoint of later.checkpoints.slice(1))
      this.checkpoints.push({ ...checkpoint, decided: checkpoint.decided || this.decided });
    this.decided = later.decided || this.decided;
    return this;
  }
}

export const isDecision = ({ type }: RecordedEvent): boolean => DECISIONS.has(type);

/** How many items at the beginning of an ordered list are so; by bisection. */
function countWhile<T>(items: readonly T[], isSo: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isSo(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
