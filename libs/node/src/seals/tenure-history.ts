import type { HistoryIndex, Sealed } from '@conclave/audit';
import { addToTenures, type Id, type Iso, type Tenure } from '@conclave/election';
import { giveWay } from '@conclave/kernel';
import { Tenures } from '@conclave/views';

/** All terms that are not sealed, and the last one that is: the last ones of each group from memory, older ones from the log. */
export class TenureHistory {
  readonly recent = new Tenures();

  constructor(
    private readonly history: HistoryIndex,
    private readonly seals: Pick<Sealed, 'pastOf'>,
  ) {}

  /** Those that touch what is after `since`, and perhaps older ones; without it, all. */
  async of(group: Id, since?: Iso): Promise<readonly Tenure[]> {
    const recent = this.recent.of(group);
    const [first] = recent;
    if (this.recent.isWhole(group) || (since !== undefined && first!.from <= since)) return recent;
    const past = await this.seals.pastOf(group);
    const all: Tenure[] = past?.tenure ? [past.tenure] : [];
    for await (const append of this.history.appendsFrom(group, 1)) {
      addToTenures(all, append);
      await giveWay();
    }
    return all;
  }
}
