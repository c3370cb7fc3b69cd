import type { AsOfReply, ElectionReply, ExplanationReply, TenuresPage, WhatIfReply } from '@conclave/contract';
import { statSync } from 'node:fs';
import { z } from 'zod';
import { availabilityOf, electionOf, explainNow, GroupVerifier, isDecision, whatIf, type Question, type Verification } from '@conclave/audit';
import {
  addToTenures,
  appendsOf,
  evolve,
  groupOf,
  initialState,
  readEvent,
  SettingsPatch,
  streamOf,
  type GroupState,
  type Id,
  type RecordedEvent,
  type Tenure,
} from '@conclave/election';
import type { EventStore, StoredEvent } from '@conclave/event-store';
import { asOfBody, isIn } from '@conclave/views';
import type { Audits, Instant } from './audits.js';
import { CliError } from '../remote/cli-error.js';
import { evidenceEvents, evidenceHeader, signatureOf } from './evidence-file.js';
import { eventsOf, type Line } from './log-file.js';
import type { Progress } from '../terminal/progress.js';
import { storeAt } from './store-at.js';
import { wholeLog } from './whole-log.js';

type Stored = Line & { position: string };

/** The same audits as a server's, over a file or a store, with no server running. */
export class OfflineAudits implements Audits {
  private constructor(
    private readonly name: string,
    private readonly all: () => AsyncIterable<StoredEvent | Stored>,
    private readonly store: EventStore | null,
    /** It knows nothing of what was later; null: it knows all. */
    private readonly until: string | null,
  ) {}

  private knows(time: string | undefined): void {
    if (time !== undefined && this.until !== null && time > this.until)
      throw new CliError(3, `nothing-recorded: ${this.name} ends at ${this.until}.`);
  }

  /** An export of a log, or evidence: refused if it is not what was signed, unless it is to be verified. */
  static async ofFile(file: string, isToBeVerified: boolean): Promise<OfflineAudits> {
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new CliError(3, `there is no file "${file}".`);
    const all = (source: (file: string) => AsyncIterable<Line>) => () => positioned(source(file));
    const header = await evidenceHeader(file);
    if (!header) return new OfflineAudits(`"${file}"`, all(eventsOf), null, null);
    const problem = isToBeVerified ? null : (await signatureOf(file, null)).problem;
    if (problem !== null) throw new CliError(3, `"${file}" is not what was signed (${problem}). "conclave verify --file" says more.`);
    return new OfflineAudits(`"${file}"`, all(evidenceEvents), null, header.window.until);
  }

  /** A database file whose server is stopped, or EventStoreDB. */
  static async ofStore(name: string): Promise<OfflineAudits> {
    const store = await storeAt(name, true);
    return new OfflineAudits(store.name, () => wholeLog(store), store, null);
  }

  async close(): Promise<void> {
    await this.store?.close();
  }

  private async *events(group: Id): AsyncGenerator<RecordedEvent> {
    let found = false;
    const stream = streamOf(group);
    for await (const stored of this.store ? this.store.read(stream) : this.all()) {
      if (stored.stream !== stream) continue;
      found = true;
      yield readEvent(group, stored as StoredEvent);
    }
    if (!found) throw new CliError(3, `group-unknown: ${this.name} has no group "${group}".`);
  }

  async at(group: Id, { time, version }: Instant): Promise<AsOfReply> {
    this.knows(time);
    let state = initialState(group);
    let position = '0';
    let decidedBy: RecordedEvent | null = null;
    for await (const { events, after, before } of appendsOf(this.events(group), state)) {
      if (version !== undefined ? before.version >= version : events[0]!.meta.at > time!) break; // a version within an append means its end
      state = after;
      ({ position } = events.at(-1)!);
      decidedBy = events.findLast(isDecision) ?? decidedBy;
    }
    if (state.version === 0 || (version !== undefined && state.version < version))
      throw new CliError(3, `nothing-recorded: ${this.name} has nothing there.`);
    return asOfBody({ state, position, decidedBy }, time ?? state.lastAt!);
  }

  async election(group: Id, term: number, runner?: Id): Promise<ElectionReply> {
    const found = await electionOf(appendsOf(this.events(group), initialState(group)), term, runner);
    if (!found) throw new CliError(3, `term-unknown: ${this.name} has no term ${term} of group "${group}".`);
    if (runner !== undefined && found.standings.length === 0)
      throw new CliError(3, `runner-unknown: group "${group}" had no runner "${runner}" in the election of term ${term}.`);
    return found;
  }

  /** At the end of what is recorded. */
  async now(group: Id, runner?: Id): Promise<ExplanationReply> {
    let state: GroupState = initialState(group);
    for await (const event of this.events(group)) state = evolve(state, event);
    if (runner !== undefined && !state.runners.has(runner)) throw new CliError(3, `runner-unknown: group "${group}" has no runner "${runner}".`);
    return explainNow(state, state.lastAt!, runner);
  }

  async *verify(group: Id | null, progress: Progress): AsyncGenerator<{ group: Id } & Verification> {
    const verifiers = new Map<Id, GroupVerifier>();
    let count = 0;
    for await (const stored of this.all()) {
      const id = groupOf(stored.stream);
      if (id === null || (group !== null && id !== group)) continue;
      let verifier = verifiers.get(id);
      if (!verifier) verifiers.set(id, (verifier = new GroupVerifier(id)));
      verifier.takeStored(stored as StoredEvent);
      if (++count % 1_000 === 0) progress(count);
    }
    if (group !== null && verifiers.size === 0) throw new CliError(3, `group-unknown: ${this.name} has no group "${group}".`);
    for (const [id, verifier] of verifiers) yield { group: id, ...verifier.finish() };
  }

  async whatIf(group: Id, question: Question): Promise<WhatIfReply> {
    this.knows(question.to);
    const settings = SettingsPatch.safeParse(question.settings);
    if (!settings.success) throw new CliError(3, `invalid-request: ${z.prettifyError(settings.error).replaceAll('\n', ' ')}`);
    if (question.from !== undefined && question.to !== undefined && question.from > question.to) throw new CliError(2, '--from is after --to.');
    const answer = await whatIf(appendsOf(this.events(group), initialState(group)), question);
    if ('rejection' in answer) throw new CliError(3, `${answer.rejection.code}: ${answer.rejection.detail}`);
    return answer;
  }

  async tenures(group: Id, window: { since?: string; until?: string }): Promise<Omit<TenuresPage, 'next'>> {
    this.knows(window.until);
    if (window.since !== undefined && window.until !== undefined && window.since > window.until) throw new CliError(2, '--since is after --until.');
    const tenures: Tenure[] = [];
    let state = initialState(group);
    for await (const append of appendsOf(this.events(group), state)) {
      addToTenures(tenures, append);
      state = append.after;
    }
    const [since, until] = [window.since ?? state.createdAt!, window.until ?? this.until ?? state.lastAt!];
    return { tenures: tenures.filter((tenure) => isIn(tenure, { since, until })), availability: availabilityOf(tenures, since, until) };
  }
}

async function* positioned(lines: AsyncIterable<Line>): AsyncGenerator<Stored> {
  for await (const line of lines) yield { ...line, position: line.position ?? '0' };
}
