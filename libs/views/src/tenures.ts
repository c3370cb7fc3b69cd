import type { EndCause, GroupListener, GroupState, Id, Iso, RecordedEvent } from '@conclave/election';

/** One term as people count it: who, from when to when, how it ended, how long nobody led after it. */
export interface Tenure {
  term: number;
  runner: Id;
  from: Iso;
  to: Iso | null;
  ms: number | null;
  handoverMs: number | null;
  endCause: EndCause | null;
  leaderlessAfterMs: number | null;
}

const msBetween = (from: Iso, to: Iso): number => Date.parse(to) - Date.parse(from);

/** All terms of all groups, folded from the log in order. */
export class Tenures implements GroupListener {
  private readonly byGroup = new Map<Id, Tenure[]>();

  changed(event: RecordedEvent, before: GroupState): void {
    const { at } = event.meta;
    if (event.type === 'LeaderElected') {
      const tenures = this.byGroup.get(event.group) ?? [];
      const last = tenures.at(-1);
      if (last) last.leaderlessAfterMs = msBetween(last.to!, at);
      const { term, runner } = event.data;
      tenures.push({ term, runner, from: at, to: null, ms: null, handoverMs: null, endCause: null, leaderlessAfterMs: null });
      this.byGroup.set(event.group, tenures);
    } else if (event.type === 'LeadershipEnded') {
      const tenure = this.byGroup.get(event.group)!.at(-1)!;
      const revokedAt = before.leadership?.handover?.since;
      Object.assign(tenure, {
        to: at,
        ms: msBetween(tenure.from, at),
        endCause: event.data.cause,
        handoverMs: revokedAt ? msBetween(revokedAt, at) : null,
      });
    }
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved(): [Id, Tenure[]][] {
    return [...this.byGroup];
  }

  restore(saved: readonly [Id, Tenure[]][]): void {
    for (const [group, tenures] of saved) this.byGroup.set(group, tenures);
  }

  /** Oldest first, from term `from`, at most `limit`. */
  page(group: Id, from: number, limit: number): { tenures: Tenure[]; next: number | null } {
    const tenures = (this.byGroup.get(group) ?? []).filter(({ term }) => term >= from);
    return { tenures: tenures.slice(0, limit), next: tenures[limit]?.term ?? null };
  }
}
