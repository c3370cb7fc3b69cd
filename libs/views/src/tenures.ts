import { addToTenures, type GroupListener, type GroupState, type Id, type RecordedEvent, type Tenure } from '@conclave/election';

/** All terms of all groups, folded from the log in order. */
export class Tenures implements GroupListener {
  private readonly byGroup = new Map<Id, Tenure[]>();

  changed(event: RecordedEvent, before: GroupState): void {
    if (event.type !== 'LeaderElected' && event.type !== 'LeadershipEnded') return;
    const tenures = this.byGroup.get(event.group) ?? [];
    addToTenures(tenures, event, before);
    this.byGroup.set(event.group, tenures);
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

  /** Oldest first, from term `from`, at most `limit`. */
  page(group: Id, from: number, limit: number): { tenures: Tenure[]; next: number | null } {
    const tenures = this.of(group).filter(({ term }) => term >= from);
    return { tenures: tenures.slice(0, limit), next: tenures[limit]?.term ?? null };
  }
}
