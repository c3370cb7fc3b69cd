import type { Id, Iso, Tenure } from '@conclave/election';

export interface Row {
  at: Iso;
  recorded: Id | null;
  other: Id | null;
}

/** Who led in two worlds, one row each time that either changes. */
export function timelineOf(recorded: readonly Tenure[], other: readonly Tenure[], from: Iso, to: Iso): Row[] {
  const instants = [
    from,
    ...[...recorded, ...other].flatMap((t) => [t.from, ...(t.to === null ? [] : [t.to])]),
  ];
  const ordered = [...new Set(instants)].filter((at) => at >= from && at <= to).sort();
  const [ofRecorded, ofOther] = [new LeaderAt(recorded), new LeaderAt(other)];
  const rows = ordered.map((at) => ({ at, recorded: ofRecorded.at(at), other: ofOther.at(at) }));
  return rows.filter(
    (row, i) => i === 0 || row.recorded !== rows[i - 1]!.recorded || row.other !== rows[i - 1]!.other,
  );
}

/** Asked for ever later instants, so that a long history is walked once. */
class LeaderAt {
  private next = 0;
  constructor(private readonly tenures: readonly Tenure[]) {}
  at(instant: Iso): Id | null {
    while (this.next < this.tenures.length && this.tenures[this.next]!.from <= instant) this.next++;
    const tenure = this.tenures[this.next - 1];
    return tenure && (tenure.to === null || tenure.to > instant) ? tenure.runner : null;
  }
}
