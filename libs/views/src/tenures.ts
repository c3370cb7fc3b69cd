import { addToTenures, type Append, type GroupListener, type Id, type Iso, type Tenure } from '@conclave/election';

/** In the order of the table; a field that a tenure gains does not compile without a column. */
const COLUMNS: Record<'group' | keyof Tenure, true> = {
  group: true,
  term: true,
  runner: true,
  from: true,
  to: true,
  ms: true,
  handoverMs: true,
  endCause: true,
  silentMs: true,
  leaderlessAfterMs: true,
  lostTerms: true,
};
/** Of a table of terms. */
export const TENURE_COLUMNS: readonly string[] = Object.keys(COLUMNS);

/** All terms of all groups, folded from the log in order. */
export class Tenures implements GroupListener {
  private readonly byGroup = new Map<Id, Tenure[]>();

  changed(append: Append): void {
    const tenures = this.byGroup.get(append.group) ?? [];
    addToTenures(tenures, append);
    if (tenures.length > 0) this.byGroup.set(append.group, tenures);
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved(): [Id, Tenure[]][] {
    return [...this.byGroup];
  }

  restore(saved: readonly [Id, Tenure[]][]): void {
    for (const [group, tenures] of saved) this.byGroup.set(group, tenures);
  }

  of(group: Id): readonly Tenure[] {
    return this.byGroup.get(group) ?? [];
  }

  /** Oldest first, from term `from`, at most `limit`; of a window those that lie in it, at least in part. */
  page(group: Id, from: number, limit: number, window: { since: Iso; until: Iso }): { tenures: Tenure[]; next: number | null } {
    const tenures = this.of(group).filter((tenure) => tenure.term >= from && isIn(tenure, window));
    return { tenures: tenures.slice(0, limit), next: tenures[limit]?.term ?? null };
  }
}

export const isIn = ({ from, to }: Tenure, { since, until }: { since: Iso; until: Iso }): boolean => from <= until && (to === null || to >= since);
