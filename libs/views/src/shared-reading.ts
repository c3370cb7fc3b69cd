import type { Append, GroupState, Id } from '@conclave/election';
import { comparePositions, type Position } from '@conclave/event-store';

/** Whole appends of a group after a position, in order. */
export type ReadMissed = (group: Id, after: Position) => AsyncIterable<Append>;

/** Many clients come back at once when a server is restarted: what one has read the others need not read again. */
export class SharedReading {
  private readonly byGroup = new Map<Id, { after: Position; version: number; missed: Promise<Append[]> }>();
  private running = 0;

  /** While somebody resumes what was read is kept. */
  during(resumed: Promise<void>): void {
    this.running++;
    void resumed.finally(() => {
      if (--this.running === 0) this.byGroup.clear();
    });
  }

  /** Up to what the group is now; what comes meanwhile waits in the backlog. */
  async missedOf({ id, version }: GroupState, after: Position, read: ReadMissed): Promise<Append[]> {
    let known = this.byGroup.get(id);
    if (!known || known.version !== version || comparePositions(known.after, after) > 0) {
      known = { after, version, missed: upTo(version, read(id, after)) };
      this.byGroup.set(id, known);
    }
    const missed = await known.missed;
    return missed.filter(({ events }) => comparePositions(events[0]!.position, after) > 0);
  }
}

async function upTo(version: number, appends: AsyncIterable<Append>): Promise<Append[]> {
  const missed: Append[] = [];
  for await (const append of appends) {
    if (append.after.version > version) break;
    missed.push(append);
  }
  return missed;
}
