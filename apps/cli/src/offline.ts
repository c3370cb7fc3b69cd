import { existsSync } from 'node:fs';
import { z } from 'zod';
import {
  appendsOf,
  availabilityOf,
  electionOf,
  explainNow,
  GroupVerifier,
  whatIf,
  type Append,
  type Question,
  type Verification,
} from '@conclave/audit';
import {
  addToTenures,
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
import { START, type EventStore, type StoredEvent } from '@conclave/event-store';
import { asOfBody } from '@conclave/views';
import type { Audits, Instant } from './audits.js';
import { CliError } from './cli-error.js';
import { evidenceEvents, isEvidence } from './evidence-file.js';
import { eventsOf, type Line } from './log-file.js';
import type { Progress } from './progress.js';
import { storeAt } from './store-at.js';

type Stored = Line & { position: string };

/** The same audits as a server's, over a file or a store, with no server running. */
export class OfflineAudits implements Audits {
  private constructor(
    private readonly name: string,
    private readonly all: () => AsyncIterable<StoredEvent | Stored>,
    private readonly store: EventStore | null,
  ) {}

  /** An export of a log, or evidence. */
  static async ofFile(file: string): Promise<OfflineAudits> {
    if (!existsSync(file)) throw new CliError(3, `there is no file "${file}".`);
    const source = (await isEvidence(file)) ? evidenceEvents : eventsOf;
    return new OfflineAudits(`"${file}"`, () => positioned(source(file)), null);
  }

  /** A database file whose server is stopped, or EventStoreDB. */
  static async ofStore(name: string): Promise<OfflineAudits> {
    const store = await storeAt(name, process.env.CONCLAVE_STREAM_PREFIX ?? '', true);
    return new OfflineAudits(store.name, () => wholeLog(store), store);
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

  async at(group: Id, { time, version }: Instant): Promise<unknown> {
    let state = initialState(group);
    let position = '0';
    let decidedBy: RecordedEvent | null = null;
    for await (const event of this.events(group)) {
      if (version !== undefined ? event.version > version : event.meta.at > time!) break;
      state = evolve(state, event);
      ({ position } = event);
      if (event.type === 'LeaderElected' || event.type === 'LeadershipEnded' || event.type === 'GroupLeaderless') decidedBy = event;
    }
    if (state.version === 0 || (version !== undefined && state.version !== version))
      throw new CliError(3, `nothing-recorded: ${this.name} has nothing there.`);
    return asOfBody({ state, position, decidedBy }, time ?? state.lastAt!);
  }

  async election(group: Id, term: number): Promise<unknown> {
    const found = await electionOf(appendsOf(this.events(group), initialState(group)), term);
    if (!found) throw new CliError(3, `term-unknown: ${this.name} has no term ${term} of group "${group}".`);
    return found;
  }

  /** At the end of what is recorded. */
  async now(group: Id, runner?: Id): Promise<unknown> {
    let state: GroupState = initialState(group);
    for await (const event of this.events(group)) state = evolve(state, event);
    const explanation = explainNow(state, state.lastAt!);
    if (runner === undefined) return explanation;
    if (!state.runners.has(runner)) throw new CliError(3, `runner-unknown: group "${group}" has no runner "${runner}".`);
    return { ...explanation, standings: explanation.standings.filter((s) => s.runner === runner) };
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

  async whatIf(group: Id, question: Question): Promise<unknown> {
    const settings = SettingsPatch.safeParse(question.settings);
    if (!settings.success) throw new CliError(3, `invalid-request: ${z.prettifyError(settings.error).replaceAll('\n', ' ')}`);
    const appends: Append[] = [];
    for await (const append of appendsOf(this.events(group), initialState(group))) appends.push(append);
    const run = whatIf(appends, question);
    for (;;) {
      const { done, value } = run.next();
      if (!done) continue;
      if ('rejection' in value) throw new CliError(3, `${value.rejection.code}: ${value.rejection.detail}`);
      return value;
    }
  }

  async tenures(group: Id, window: { since?: string; until?: string }): Promise<{ tenures: Tenure[]; availability: object }> {
    const tenures: Tenure[] = [];
    let state = initialState(group);
    for await (const event of this.events(group)) {
      addToTenures(tenures, event, state);
      state = evolve(state, event);
    }
    return { tenures, availability: availabilityOf(tenures, window.since ?? state.createdAt!, window.until ?? state.lastAt!) };
  }
}

async function* positioned(lines: AsyncIterable<Line>): AsyncGenerator<Stored> {
  for await (const line of lines) yield { ...line, position: line.position ?? '0' };
}

async function* wholeLog(store: EventStore): AsyncGenerator<StoredEvent> {
  const stop = new AbortController();
  for await (const item of store.subscribe(START, stop.signal)) {
    if (!('stream' in item)) return stop.abort();
    yield item;
  }
}
