import {
  addToTenures,
  areWhole,
  isWhole,
  opensOrCloses,
  type Append,
  type GroupListener,
  type Id,
  type SealedPast,
  type Tenure,
} from '@conclave/election';
import { tenuresIn, textOf } from './tenure-text.js';

/** So many are written down together, and so often at most: older ones are in the log. */
const [TOGETHER, MOST_TIMES] = [16, 12];

/**
 * Terms of one group, oldest first. What is over is kept as text: objects of their own would be most of what a
 * server remembers, and each full collection of garbage would look at every one.
 */
interface Kept {
  readonly older: readonly string[];
  /** As text while it stands as a snapshot had it. */
  readonly recent: readonly Tenure[] | string;
}
const NONE: Kept = { older: [], recent: [] };
const listOf = (recent: Kept['recent']): readonly Tenure[] =>
  typeof recent === 'string' ? tenuresIn(recent) : recent;

/** As a snapshot holds it: text is read in a tenth of the time. */
export function packTenures([group, { older, recent }]: [Id, Kept]): [Id, Kept] {
  return [group, { older, recent: typeof recent === 'string' ? recent : textOf(recent) }];
}

/** The last terms of all groups, folded from the log in order. */
export class Tenures implements GroupListener {
  private readonly byGroup = new Map<Id, Kept>();

  begun({ state, tenure }: SealedPast): void {
    this.keep(state.id, [], tenure ? [tenure] : []);
  }

  changed(append: Append): void {
    for (const event of append.events)
      if (event.type === 'HistorySealed')
        this.seal(append.group, event.data, isWhole(event.data, event.version));
    if (!append.events.some(opensOrCloses)) return;
    const { older, recent } = this.byGroup.get(append.group) ?? NONE;
    const tenures = [...listOf(recent)];
    addToTenures(tenures, append);
    this.keep(append.group, older, tenures);
  }

  /** Of terms that are sealed only the last one is known, which may go on. */
  private seal(group: Id, { tenure }: SealedPast, isOfAll: boolean): void {
    // and of all that was before, as it is told: people may be forgotten in it
    if (isOfAll) this.keep(group, [], tenure ? [tenure] : []);
    else if (tenure)
      this.keep(
        group,
        [],
        this.of(group).filter(({ term }) => term >= tenure.term),
      );
  }

  /** The last one may still change: it is never among the older ones. */
  private keep(group: Id, before: readonly string[], tenures: readonly Tenure[]): void {
    let [older, recent] = [before, tenures];
    for (; recent.length > TOGETHER; recent = recent.slice(TOGETHER))
      older = [...older, textOf(recent.slice(0, TOGETHER))].slice(-MOST_TIMES);
    this.byGroup.set(group, { older, recent });
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved(): [Id, Kept][] {
    return [...this.byGroup];
  }

  restore(saved: readonly [Id, Kept][]): void {
    for (const [group, kept] of saved) this.byGroup.set(group, kept);
  }

  of(group: Id): readonly Tenure[] {
    const { older, recent } = this.byGroup.get(group) ?? NONE;
    return older.length === 0 ? listOf(recent) : [...older.flatMap(tenuresIn), ...listOf(recent)];
  }

  /** True if these are all terms of the group. */
  isWhole(group: Id): boolean {
    const { older, recent } = this.byGroup.get(group) ?? NONE;
    return areWhole(older.length === 0 ? listOf(recent) : tenuresIn(older[0]!));
  }
}
