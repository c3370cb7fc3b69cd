import {
  PastFold,
  type Append,
  type Id,
  type RecordedEvent,
  type SealedPast,
  sameJson,
} from '@conclave/election';
import { saltsOf, withCommitments, type Salts } from '@conclave/event-store';
import type { Report } from './rules.js';

/** What stands in place of sealed history, with the salts of people who are named in it. */
export type StatedPast = SealedPast & { salts?: Salts | undefined };

/**
 * Whether what stands in place of sealed history is what that history comes to. A history is read forwards, and its seal
 * stands behind it: whoever wants them compared has read the seals before.
 */
export class SealsCheck {
  private readonly fold: PastFold | null;
  /** By the version that they end with; those that were compared are gone. */
  private readonly expected: Map<number, StatedPast>;
  /** Of people who were named so far: one who is forgotten here may be named there. */
  private readonly salts = new Map<string, string>();

  constructor(
    group: Id,
    private readonly past: StatedPast | null,
    seals: readonly StatedPast[],
    private readonly report: Report,
  ) {
    this.expected = new Map(
      seals.filter(({ upTo }) => upTo > (past?.upTo ?? 0)).map((seal) => [seal.upTo, seal]),
    );
    this.fold = seals.length > 0 ? new PastFold(group, past) : null;
  }

  take(append: Append): void {
    this.fold?.take(append);
    for (const event of append.events) this.meet(saltsOf(event));
    const expected = this.expected.get(append.after.version);
    if (expected && this.fold) {
      this.compare(expected, this.fold.past);
      this.expected.delete(expected.upTo);
    }
    for (const { type, data, version } of append.events) {
      if (type !== 'HistorySealed') continue;
      if (data.upTo === this.past?.upTo) this.compare(data, this.past);
      else if (data.upTo >= version || data.state.version !== data.upTo)
        this.report('seal', version, data.upTo, `the end of an append before ${version}`);
    }
  }

  private meet(salts: Salts): void {
    for (const [person, salt] of Object.entries(salts)) this.salts.set(person, salt);
  }

  /** On commitments: names may be gone on either side. */
  private compare(named: StatedPast, also: StatedPast): void {
    this.meet(also.salts ?? {});
    this.meet(named.salts ?? {});
    const salts = Object.fromEntries(this.salts);
    const [stated, found] = [withCommitments(named, salts), withCommitments(also, salts)];
    const { upTo } = stated;
    for (const field of ['upTo', 'head', 'tenure', 'leases', 'leaseMs'] as const)
      if (!sameJson(stated[field], found[field]))
        this.report('seal', upTo, { [field]: stated[field] }, { [field]: found[field] });
    const [left, right] = [stated.state, found.state] as unknown as Record<string, unknown>[];
    for (const field of Object.keys({ ...left, ...right }))
      if (!sameJson(left![field], right![field]))
        this.report('seal', upTo, { [field]: left![field] }, { [field]: right![field] });
  }

  /** At the end of what was read, `version`. */
  finish(version: number): void {
    for (const { upTo } of this.expected.values())
      if (upTo <= version) this.report('seal', upTo, `sealed up to ${upTo}`, 'the end of an append');
  }
}

/** Which commands were carried out, and at which version: each once. */
export class CarriedOut {
  private readonly versions = new Map<string, number>();

  /** Where it was before; undefined: it was not. */
  take({ version, meta: { commandId } }: RecordedEvent): number | undefined {
    const earlier = this.versions.get(commandId);
    this.versions.set(commandId, version);
    return earlier;
  }

  /** A repeat of what is sealed is a new command (ADR 014), with the ids of the first. */
  seal(append: readonly RecordedEvent[]): void {
    for (const { type, data } of append)
      if (type === 'HistorySealed')
        for (const [id, version] of this.versions) if (version <= data.upTo) this.versions.delete(id);
  }
}
