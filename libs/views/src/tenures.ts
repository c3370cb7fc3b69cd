import { addToTenures, type Append, type GroupListener, type Id, type Tenure } from '@conclave/election';

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
}
