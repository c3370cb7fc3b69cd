import {
  isoOfMs,
  type Append,
  type GroupState,
  type Id,
  type Iso,
  type SealedMark,
  type Tenure,
} from '@conclave/election';
import { electionOf, electionPage, type ElectionsFound } from './explain/elections.js';
import { explainNow, type ExplainedElection, type Explanation } from './explain/explain.js';
import type { HistoryIndex, Moment } from './history/history-index.js';
import { availabilityOf, windowOf, type Availability } from './tenures/availability.js';
import { AuditRefused, checkOpen, firstKnown } from './refused.js';
import { reportFrom } from './report/gathering.js';
import type { Report } from './report/report.js';
import type { Span } from './report/terms.js';
import type { Breathe } from './what-if/under-lease.js';
import { whatIf, type Question, type WhatIf } from './what-if/what-if.js';

/** Where histories are: behind a running server, in a file, in a store. */
export interface AuditSource {
  readonly history: HistoryIndex;
  /** The group at the end of what is known. Rejects with {@link AuditRefused} `group-unknown`. */
  stateOf(group: Id): Promise<GroupState>;
  /** Its terms that touch what is after `since`, at least; without it, all. Once {@link stateOf} has answered. */
  tenuresOf(group: Id, since?: Iso): Promise<readonly Tenure[]>;
  /** What of the group's history it does not have, because that is in archives; null: it has all. */
  sealedOf(state: GroupState): SealedMark | null;
  /** Up to when the source knows what happened in a group. */
  knownTo(state: GroupState): Iso;
  /** Where questions without an end end. */
  endOf(state: GroupState): Iso;
  /** Long reading lets others run; aborts when nobody wants the answer any more. */
  paced<T>(items: AsyncIterable<T>): AsyncIterable<T>;
  breathe: Breathe;
}

/** Either `time`, an ISO instant, or `version`. */
export interface Instant {
  time?: string | undefined;
  version?: number | undefined;
}
export interface Window {
  since?: string | undefined;
  until?: string | undefined;
}

/**
 * What auditors ask about one group, the same of a server and of a file. Rejects with {@link AuditRefused} or
 * what reading rejects with.
 */
export class Audits {
  constructor(private readonly source: AuditSource) {}

  /**
   * The whole group as it stood at an instant or after a version; a version within an append means its end.
   */
  async at(group: Id, { time, version: asked }: Instant): Promise<{ at: Iso; moment: Moment }> {
    const { history } = this.source;
    const state = await this.source.stateOf(group);
    const ms = time === undefined ? null : knownMs('/time', time, this.source.knownTo(state));
    checkOpen(
      group,
      this.source.sealedOf(state),
      ({ upTo, until }) =>
        (asked !== undefined && asked < upTo && asked > 0) || (ms !== null && ms < Date.parse(until)),
    );
    const index = await history.of(group);
    const version = asked ?? index.versionAt(ms!);
    if (version < 1 || version > state.version) {
      const what =
        asked === undefined
          ? `before ${time}; its first event is of ${state.createdAt}`
          : `at version ${version}; it has 1 to ${state.version}`;
      throw new AuditRefused('nothing-recorded', `group "${group}" has no event ${what}.`);
    }
    const moment = await history.momentAt(group, version);
    return { at: time === undefined ? moment.state.lastAt! : isoOfMs(Date.parse(time)), moment };
  }

  async elections(group: Id, from: number, limit: number): Promise<ElectionsFound> {
    const appends = await this.electionsFrom(group, from);
    return appends ? electionPage(appends, from, limit) : { elections: [], next: null };
  }

  /** One election explained; with `runner` only this one's standing. */
  async election(group: Id, term: number, runner?: Id): Promise<ExplainedElection> {
    const state = await this.source.stateOf(group);
    checkOpen(group, this.source.sealedOf(state), (sealed) => term >= 1 && term <= sealed.term);
    const appends = await this.electionsFrom(group, term);
    const found = appends && (await electionOf(appends, term, runner));
    if (!found) {
      const isLost = state.breaks > 0 && term >= 1 && term <= state.term;
      const had = state.term === 0 ? 'nobody was elected yet' : `it has 1 to ${state.term}`;
      const why = isLost ? 'what the log said of it is lost: a backup was restored' : had;
      throw new AuditRefused('term-unknown', `group "${group}" has no term ${term}; ${why}.`);
    }
    if (runner !== undefined && found.standings.length === 0)
      throw new AuditRefused(
        'runner-unknown',
        `group "${group}" had no runner "${runner}" in the election of term ${term}.`,
      );
    return found;
  }

  private async electionsFrom(group: Id, term: number): Promise<AsyncIterable<Append> | null> {
    await this.source.stateOf(group);
    const version = (await this.source.history.of(group)).electionFrom(term);
    return version === null ? null : this.source.paced(this.source.history.appendsFrom(group, version));
  }

  /** Why this runner leads, or nobody, at the end of what is known. */
  async explain(group: Id, runner?: Id): Promise<Explanation> {
    const state = await this.source.stateOf(group);
    if (runner !== undefined && !state.runners.has(runner))
      throw new AuditRefused('runner-unknown', `group "${group}" has no runner "${runner}".`);
    return explainNow(state, this.source.endOf(state), runner);
  }

  async whatIf(group: Id, { settings, from, to, without, alive }: Question): Promise<WhatIf> {
    const state = await this.source.stateOf(group);
    checkOpen(group, this.source.sealedOf(state), () => true); // it begins with the first event
    const knownTo = this.source.knownTo(state);
    const until = to === undefined ? this.source.endOf(state) : isoOfMs(knownMs('/to', to, knownTo));
    const since = from === undefined ? undefined : isoOfMs(knownMs('/from', from, knownTo));
    refuseBefore(state, until);
    if (since !== undefined && since > until)
      throw new AuditRefused('invalid-request', `/from: is after to (${until}).`, '/from');
    const appends = this.source.paced(this.source.history.appendsFrom(group, 1));
    const answer = await whatIf(
      appends,
      { settings, without, alive, to: until, ...(since !== undefined && { from: since }) },
      this.source.breathe,
    );
    if ('rejection' in answer) throw new AuditRefused(answer.rejection.code, answer.rejection.detail);
    return answer;
  }

  /** The terms that touch a window, and how well the group was led in it. */
  async tenures(group: Id, asked: Window): Promise<{ tenures: Tenure[]; availability: Availability }> {
    const state = await this.source.stateOf(group);
    if (asked.until !== undefined) refuseBefore(state, isoOfMs(Date.parse(asked.until)));
    const { from, to } = this.windowIn(state, asked);
    const all = await this.source.tenuresOf(group, from);
    return {
      tenures: all.filter((tenure) => touches(tenure, from, to)),
      availability: availabilityOf(all, from, to),
    };
  }

  /** What a window was like, for people. */
  async report(group: Id, asked: Window): Promise<Report> {
    const state = await this.source.stateOf(group);
    if (asked.until !== undefined) refuseBefore(state, isoOfMs(Date.parse(asked.until)));
    const window = this.windowIn(state, asked);
    const tenures = await this.source.tenuresOf(group, window.from);
    return reportFrom(this.source.history, group, { window, tenures }, (items) => this.source.paced(items));
  }

  private windowIn(state: GroupState, asked: Window): Span {
    const { since, until = this.source.endOf(state) } = asked;
    const knownTo = this.source.knownTo(state);
    if (since !== undefined) knownMs('/since', since, knownTo);
    if (since !== undefined && Date.parse(since) > Date.parse(until))
      throw new AuditRefused('invalid-request', `/since: is after until (${until}).`, '/since');
    const sealed = this.source.sealedOf(state);
    checkOpen(state.id, sealed, (mark) =>
      [since, asked.until].some((at) => at !== undefined && Date.parse(at) < Date.parse(mark.until)),
    );
    return windowOf({ since, until }, firstKnown(state, sealed), knownTo);
  }
}

/** Throws {@link AuditRefused} for what lies in the future of the record: it knows nothing there. */
export function knownMs(path: string, at: string, knownTo: Iso): number {
  const ms = Date.parse(at);
  if (ms <= Date.parse(knownTo)) return ms;
  throw new AuditRefused(
    'invalid-request',
    `${path}: ${at} is in the future (what is known ends at ${knownTo}).`,
    path,
  );
}

/** Throws {@link AuditRefused} for what was before the group's first event. */
function refuseBefore({ id, createdAt }: GroupState, until: Iso): void {
  if (until >= createdAt!) return;
  throw new AuditRefused(
    'nothing-recorded',
    `group "${id}" has no event before ${until}; its first is of ${createdAt}.`,
  );
}

/** A term of which some part is in the window. */
export const touches = ({ from, to }: Tenure, since: Iso, until: Iso): boolean =>
  from <= until && (to === null || to >= since);
