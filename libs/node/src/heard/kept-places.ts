import { HEARD_STREAM, type HeardRecord, type PresenceKept } from '@conclave/audit';
import type { Heard } from '@conclave/election';
import type { EventStore } from '@conclave/event-store';

/** Where in the stream `heard` the records behind a report stand. */
export class KeptPlaces {
  /** Of each event its version, the first record and the last; those in between it may not hold. */
  private readonly places: [place: number, first: number, last: number][] = [];
  /** The event that says last of a report that all is kept. */
  private readonly named = new Map<string, number>();

  constructor(private readonly store: Pick<EventStore, 'read'>) {}

  add(place: number, { of, records }: PresenceKept): void {
    if (records.length > 0) this.places.push([place, records[0]!.version, records.at(-1)!.version]);
    for (const sha256 of of) this.named.set(sha256, place);
  }

  /** As many of them as are kept: of each number the copy before that event, as whoever verifies the log reads it. */
  async behind({ from, to, sha256 }: Heard): Promise<Map<number, HeardRecord>> {
    const found = new Map<number, HeardRecord>();
    const named = this.named.get(sha256) ?? 0;
    for (const [place, first, last] of this.places.toReversed()) {
      if (place > named || first > to || last < from) continue;
      for (const record of await this.heldBy(place)) {
        const { version } = record;
        if (version >= from && version <= to && !found.has(version)) found.set(version, record);
      }
      if (found.size > to - from) break;
    }
    return found;
  }

  private async heldBy(place: number): Promise<HeardRecord[]> {
    for await (const { version, data } of this.store.read(HEARD_STREAM, place))
      return version === place ? (data as unknown as PresenceKept).records : [];
    return [];
  }

  saved() {
    return { places: [...this.places], named: [...this.named] };
  }
  restore({ places, named }: ReturnType<KeptPlaces['saved']>): void {
    for (const one of places) this.places.push(one);
    for (const [sha256, place] of named) this.named.set(sha256, place);
  }
}
