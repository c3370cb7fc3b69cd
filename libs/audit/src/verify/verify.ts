import {
  addToTenures,
  continues,
  evolveBy,
  initialState,
  readEvent,
  stateOf,
  UnreadableEvent,
  type GroupState,
  type Id,
  type RecordedEvent,
  type Tenure,
} from '@conclave/election';
import {
  canonicalText,
  chainHash,
  GENESIS_HASH,
  peopleProblem,
  textProblem,
  type StoredEvent,
} from '@conclave/event-store';
import { derivedUuid } from '@conclave/kernel';
import { Invariants } from './invariants.js';
import { CarriedOut, SealsCheck, type StatedPast } from './seals-check.js';
import { RULES, type Rule, type Violation } from './rules.js';
import { wrongGiver } from './roles.js';
import { differencesOf, type View } from './view.js';
import { redecide } from './redecide.js';

export interface Verification {
  ok: boolean;
  events: number;
  violations: Violation[];
  /** Hash of the last event; it stands for the whole history. */
  head: string;
  /** Fields of a newer minor form: they are hashed, and not understood. */
  unknown?: number;
}
export interface VerifyOptions {
  view?: boolean;
  /** What stands in place of the history before the first event here. */
  past?: StatedPast | null;
  /** What later events say that this history comes to: compared as it is read. */
  seals?: readonly StatedPast[];
  /** Told of each append that is judged: its first event, and the group before it. */
  judged?: (first: RecordedEvent, before: GroupState) => void;
}
/** More than this many are counted, not listed: a broken log must not fill the memory. */
const MOST_VIOLATIONS = 1_000;

const ENVELOPE = ['v', 'at', 'actor', 'reason', 'requestHash', 'correlationId', 'instance'] as const;

/**
 * Checks one group's history, event by event: the hash chain, the guarantees (see {@link Invariants}), and
 * that each append is exactly what the rule decides on the state before it (G4). `view`: what a server shows will be
 * compared, see {@link finish}. Begins with `past`, if the rest is sealed.
 */
export class GroupVerifier {
  private readonly violations: Violation[] = [];
  private readonly invariants: Invariants;
  private append: RecordedEvent[] = [];
  private events = 0;
  private hash: string;
  private readonly seals: SealsCheck;
  private isUnreadable = false;
  /** Events that were said to be missing, less those that stand there twice: what follows is where it should be. */
  private missing = 0;
  private unknown = 0;
  private readonly commands = new CarriedOut();
  private found = 0;
  readonly tenures: Tenure[] = [];
  state: GroupState;

  constructor(
    readonly group: Id,
    private readonly options: VerifyOptions = {},
  ) {
    const { past = null, seals = [] } = options;
    this.state = past ? stateOf(past.state) : initialState(group);
    this.hash = past?.head ?? GENESIS_HASH;
    if (past?.tenure) this.tenures.push(past.tenure);
    this.invariants = new Invariants((...violation) => this.report(...violation), past);
    this.seals = new SealsCheck(group, past, seals, (...violation) => this.report(...violation));
  }

  /** As it stands in the store. */
  takeStored(stored: StoredEvent): void {
    if (this.isUnreadable) return;
    const problem = textProblem(stored);
    if (problem) this.report('form', stored.version, stored.type, problem);
    try {
      this.take(readEvent(this.group, stored), stored);
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      this.isUnreadable = true; // what comes after it cannot be judged
      this.report('readable', stored.version, stored.type, error.message);
    }
  }

  /** `stored`: as it stands in the log, with what this version does not know of it. */
  take(event: RecordedEvent, stored: Pick<RecordedEvent, 'data' | 'meta'> | StoredEvent = event): void {
    if (this.append.length > 0 && !continues(this.append, event)) this.judge();
    this.events++;
    const expected = this.state.version + this.append.length + 1 + this.missing;
    if (event.version !== expected) this.report('sequence', expected, event.version, expected);
    this.missing += event.version - expected;
    const people = peopleProblem(event);
    if (people) this.report('form', event.version, people, 'a salt for each person who is named');
    if (event.unknown) this.unknown += event.unknown.length;
    this.checkHash(event, stored as RecordedEvent & { id?: string });
    this.append.push(event);
    if (event.meta.part.index + 1 === event.meta.part.of) this.judge();
  }

  /** `view`: what a server shows of this group, after exactly these events. */
  finish(view?: View): Verification {
    this.judge();
    this.seals.finish(this.state.version);
    if (view)
      for (const { shown, folded } of differencesOf(view, { state: this.state, tenures: this.tenures }))
        this.report('view', this.state.version, shown, folded);
    const { events, violations, hash: head, unknown } = this;
    return { ok: this.found === 0, events, violations, head, ...(unknown > 0 && { unknown }) };
  }

  private report(rule: Rule, version: number, recorded: unknown, expected: unknown): void {
    if (++this.found > MOST_VIOLATIONS) return;
    this.violations.push({ rule, version, words: RULES[rule], recorded, expected });
  }

  private checkHash(
    { group, version, type }: RecordedEvent,
    { data, meta: raw, id: stands }: RecordedEvent & { id?: string },
  ): void {
    const { hash, ...meta } = raw;
    const expected = chainHash(this.hash, { group, version, type, data, meta });
    if (hash !== expected) this.report('hash', version, hash, expected);
    this.hash = hash;
    const id = derivedUuid(meta.commandId, this.append.length);
    if (meta.id !== id) this.report('id', version, meta.id, id);
    else if (stands !== undefined && stands !== id) this.report('id', version, stands, id); // no hash is of it
  }

  /** One append is whole: judge it and move on to the state after it, as recorded. */
  private judge(): void {
    const [first] = this.append;
    if (!first) return;
    const { append, state } = this;
    this.append = [];
    this.options.judged?.(first, state);
    if (state.lastAt !== null && first.meta.at < state.lastAt)
      this.report('time', first.version, first.meta.at, `not before ${state.lastAt}`);
    const { part } = first.meta;
    if (part.index !== 0 || part.of !== append.length)
      this.report('append', first.version, part, { index: 0, of: append.length });
    for (const event of append) {
      if (event !== first) this.checkEnvelope(event, first);
      this.invariants.take(event);
    }
    if (this.options.view) addToTenures(this.tenures, { events: append, before: state });
    this.checkCommand(append);
    this.commands.seal(append);
    const after = redecide(append, state, (...violation) => this.report(...violation));
    this.state = after ?? evolveBy(state, append);
    this.seals.take({ group: this.group, events: append, before: state, after: this.state });
  }

  /** It stands on the first event, came from somebody who may give it, and was carried out once. */
  private checkCommand([first, ...rest]: readonly RecordedEvent[]): void {
    const { version, meta } = first!;
    for (const event of rest)
      if (event.meta.command)
        this.report(
          'append',
          event.version,
          'a command',
          'the first event of an append says which command it answers',
        );
    const wrong = meta.command ? wrongGiver(meta, meta.command) : null;
    if (wrong) this.report('actor', version, wrong.recorded, wrong.expected);
    const earlier = this.commands.take(first!);
    if (earlier !== undefined)
      this.report(
        'id',
        version,
        `command ${meta.commandId} again`,
        `it was carried out at version ${earlier}`,
      );
  }

  private checkEnvelope({ version, meta }: RecordedEvent, first: RecordedEvent): void {
    for (const field of ENVELOPE)
      if (meta[field] !== first.meta[field]) this.report('append', version, meta[field], first.meta[field]);
    const [proof, its] = [meta.auth ?? {}, first.meta.auth ?? {}].map(canonicalText);
    if (proof !== its) this.report('append', version, proof, its);
  }
}
