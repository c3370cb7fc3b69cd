import {
  type Append,
  type GroupListener,
  type Id,
  type RecordedEvent,
  type SealedPast,
} from '@conclave/election';

/** Nobody leads a group that was led before. No words, no names: it is kept in snapshots. */
export interface Vacancy {
  /** The event that opened it: id, version, place in the log. */
  event: string;
  version: number;
  position: string;
  sinceMs: number;
  /** The last term before it. */
  afterTerm: number;
}

/** Null unless this event opens one. */
export function vacancyBy(event: RecordedEvent | null): Vacancy | null {
  if (event?.type !== 'GroupLeaderless') return null;
  const { version, position, meta, data } = event;
  const { afterTerm } = data;
  return { event: meta.id, version, position, sinceMs: Date.parse(meta.at), afterTerm };
}

/** The vacancy that stands after an append, when `vacancy` stood before it. */
export function vacancyAfter({ events, after }: Append, vacancy: Vacancy | null): Vacancy | null {
  if (after.leadership || after.deleted) return null;
  return vacancyBy(events.findLast(({ type }) => type === 'GroupLeaderless') ?? null) ?? vacancy;
}

/** Hears of an append together with the vacancy that stood before it. */
export type AppendFollower = (append: Append, vacancy: Vacancy | null) => void;

/** The vacancies that stand now, of all groups. */
export class Vacancies implements GroupListener {
  private standing = new Map<Id, Vacancy>();
  private readonly followers: AppendFollower[] = [];

  follow(follower: AppendFollower): void {
    this.followers.push(follower);
  }

  /** What is sealed is not read: of a vacancy that began there nothing is known. */
  begun({ state: { id } }: SealedPast): void {
    this.standing.delete(id);
  }
  givenUp(group: Id): void {
    this.standing.delete(group);
  }

  changed(append: Append): void {
    const { group } = append;
    const vacancy = this.standing.get(group) ?? null;
    const next = vacancyAfter(append, vacancy);
    if (next) this.standing.set(group, next);
    else this.standing.delete(group);
    for (const follower of this.followers) follower(append, vacancy);
  }

  of(group: Id): Vacancy | null {
    return this.standing.get(group) ?? null;
  }
  get all(): ReadonlyMap<Id, Vacancy> {
    return this.standing;
  }

  /** A list, so that a snapshot writes it in pieces. */
  saved(): [Id, Vacancy][] {
    return [...this.standing];
  }
  restore(saved: [Id, Vacancy][]): void {
    this.standing = new Map(saved);
  }
}
