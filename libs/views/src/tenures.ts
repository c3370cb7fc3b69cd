import {
  addToTenures,
  areWhole,
  opensOrCloses,
  type Append,
  type GroupListener,
  type Id,
  type SealedPast,
  type Tenure,
} from '@conclave/election';

/** In the order of the table; a field that a tenure gains does not compile without a column. */
const COLUMNS: Record<'group' | keyof Tenure, true> = {
  group: true,
  term: true,
  runner: true,
  from: true,
  to: true,
  ms: true,
  handoverFrom: true,
  handoverMs: true,
  endCause: true,
  silentMs: true,
  leaderlessAfterMs: true,
  vacancyWhy: true,
  orderedBy: true,
  orderReason: true,
  endOrderedBy: true,
  endOrderReason: true,
  lostTerms: true,
};
/** How a table of terms is written as CSV: no reason in it may act on a spreadsheet. */
export const TENURES_AS_CSV = { header: true, columns: Object.keys(COLUMNS), escape_formulas: true };

/** So many terms of a group are kept here; older ones are in the log. */
const MOST_KEPT = 200;

/** The last terms of all groups, folded from the log in order. */
export class Tenures implements GroupListener {
  private readonly byGroup = new Map<Id, readonly Tenure[]>();

  begun({ state, tenure }: SealedPast): void {
    this.byGroup.set(state.id, tenure ? [tenure] : []);
  }

  changed(append: Append): void {
    for (const event of append.events)
      if (event.type === 'HistorySealed')
        this.seal(append.group, event.data, event.data.upTo === event.version - 1);
    if (!append.events.some(opensOrCloses)) return;
    const tenures = [...this.of(append.group)];
    addToTenures(tenures, append);
    this.byGroup.set(append.group, tenures.slice(-MOST_KEPT));
  }

  /** Of terms that are sealed only the last one is known, which may go on. */
  private seal(group: Id, { tenure }: SealedPast, isWhole: boolean): void {
    // and of all that was before, as it is told: people may be forgotten in it
    if (isWhole) return void this.byGroup.set(group, tenure ? [tenure] : []);
    if (tenure)
      this.byGroup.set(
        group,
        this.of(group).filter(({ term }) => term >= tenure.term),
      );
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved(): [Id, readonly Tenure[]][] {
    return [...this.byGroup];
  }

  restore(saved: readonly [Id, readonly Tenure[]][]): void {
    for (const [group, tenures] of saved) this.byGroup.set(group, tenures);
  }

  of(group: Id): readonly Tenure[] {
    return this.byGroup.get(group) ?? [];
  }

  /** True if these are all terms of the group. */
  isWhole(group: Id): boolean {
    return areWhole(this.of(group));
  }
}
