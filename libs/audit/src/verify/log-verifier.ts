import {
  ANSWERS_STREAM,
  ATTEMPTS_STREAM,
  COMMAND_ANSWERED,
  groupOf,
  isTransient,
  PRESENCE_STREAM,
  STORED_FORM,
  WEBHOOKS_STREAM,
  type GroupState,
  type Id,
} from '@conclave/election';
import { comparePositions, isOwn, START, textProblem, type StoredEvent } from '@conclave/event-store';
import { CHECKPOINT_SIGNED, CHECKPOINTS_STREAM } from '../checkpoint/checkpoint.js';
import { HEARD_STREAM, PRESENCE_KEPT } from '../heard/heard-record.js';
import { KEY_EVENTS, KeyLog, KEYS_STREAM } from '../keys/key-log.js';
import { RULES, type Rule, type Violation } from './rules.js';
import { RecordedSilences } from '../heard/recorded-silences.js';
import { RecordedCheckpoints } from './recorded-checkpoints.js';
import type { StatedPast } from './seals-check.js';
import { GroupVerifier, type Verification } from './verify.js';

/** Streams beside those of groups that a log may have (docs/formats.md). */
const OTHERS: Readonly<Record<string, ReadonlySet<string>>> = {
  [KEYS_STREAM]: new Set(KEY_EVENTS),
  clocks: new Set(['ClockStepped']),
  disputes: new Set(['LogDisputed']),
  [CHECKPOINTS_STREAM]: new Set([CHECKPOINT_SIGNED]),
  [HEARD_STREAM]: new Set([PRESENCE_KEPT]),
  [ANSWERS_STREAM]: new Set([COMMAND_ANSWERED]),
  [ATTEMPTS_STREAM]: new Set(['CommandAttempted']),
  [WEBHOOKS_STREAM]: new Set(['WebhookDelivered', 'WebhookDead', 'WebhookRedelivered', 'WebhookClaim']),
};

/** What stands in place of sealed history, by group. */
export type Seals = ReadonlyMap<Id, readonly StatedPast[]>;

/** Of the log itself, and of each group in it. */
export interface LogVerification {
  log: Violation[];
  /** `state`: as the last event leaves it. */
  groups: ({ group: Id; state: GroupState } & Verification)[];
}

/** Checks a whole log, event by event in its one order: each group, and what is around them. */
export class LogVerifier {
  private readonly verifiers = new Map<Id, GroupVerifier>();
  private readonly log: Violation[] = [];
  private readonly versions = new Map<string, number>();
  private position = START;
  private readonly keys = new KeyLog();
  private readonly silences = new RecordedSilences((group, version, why) =>
    this.report('heard', version, `group "${group}": ${why}`, 'records that bear it out'),
  );
  private readonly checkpoints: RecordedCheckpoints;
  private readonly begun = new Set<Id>();

  /** `only`: the rest is looked at as far as it concerns the log. `seals`: what all groups' histories hold of them. */
  constructor(
    private readonly only: Id | null = null,
    private readonly seals: Seals = new Map(),
  ) {
    this.checkpoints = new RecordedCheckpoints(this.keys, new Set(seals.keys()));
  }

  /** Of an archive: its position was one in the log that it came from. */
  takeSealed(stored: StoredEvent): void {
    const group = groupOf(stored.stream)!;
    if (this.only === null || group === this.only) this.verifierOf(group, stored.version).takeStored(stored);
  }

  take(stored: StoredEvent): void {
    const { stream, version, position } = stored;
    if (comparePositions(position, this.position) <= 0)
      this.report('order', version, `${stream} at position ${position}`, `above ${this.position}`);
    this.position = position;
    if (stream === PRESENCE_STREAM) return; // signs of life, which go after a while: no business of an auditor
    const group = groupOf(stream);
    if (group === null) return this.takeOther(stored);
    if (!this.begun.has(group)) this.checkpoints.begin(group, this.sealBefore(group, version));
    this.begun.add(group);
    this.checkpoints.passed(group, version, String((stored.meta as { hash?: unknown } | null)?.hash));
    if (this.only !== null && group !== this.only) return;
    this.verifierOf(group, version).takeStored(stored);
  }

  /** `first`: the version that its history begins with here. */
  private verifierOf(group: Id, first: number): GroupVerifier {
    let verifier = this.verifiers.get(group);
    if (verifier) return verifier;
    const seals = this.seals.get(group) ?? [];
    const past = this.sealBefore(group, first) ?? null;
    verifier = new GroupVerifier(group, {
      past,
      seals,
      judged: (event, before) => this.silences.reported(event, before),
    });
    this.verifiers.set(group, verifier);
    return verifier;
  }

  private sealBefore(group: Id, first: number): StatedPast | undefined {
    return this.seals.get(group)?.find(({ upTo }) => upTo === first - 1);
  }

  private takeOther(stored: StoredEvent): void {
    const { stream, version, type, meta, id } = stored;
    const types = OTHERS[stream];
    if (!types) return this.report('stream', version, `event ${id} in stream "${stream}"`, 'no such stream');
    const problem = textProblem(stored);
    if (problem) this.report('form', version, `${stream}: ${type}`, problem);
    if (!types.has(type)) this.report('stream', version, `${stream}: ${type}`, [...types].join(' or '));
    else if (!isOwn({ meta }) || (meta as { v: number }).v > STORED_FORM)
      this.report('form', version, `${stream}: ${type}`, 'an event of Conclave');
    const last = this.versions.get(stream) ?? 0;
    // what has gone by itself has left its numbers
    if (version <= last || (!isTransient(stream) && version !== last + 1))
      this.report('sequence', version, `version ${version} of "${stream}"`, last + 1);
    this.versions.set(stream, version);
    this.judge(stored);
  }

  private judge(stored: StoredEvent): void {
    const { stream, version, type } = stored;
    const wrong = stream === KEYS_STREAM ? this.keys.take(stored) : null;
    if (wrong) this.report('keys', version, `${type}: ${wrong}`, 'the chain of keys');
    const other = type === CHECKPOINT_SIGNED ? this.checkpoints.take(stored) : null;
    if (other) this.report('checkpoint', version, other, 'what was signed');
    const none = type === PRESENCE_KEPT ? this.silences.kept(stored) : null;
    if (none) this.report('form', version, `${stream}: ${none}`, 'records of the presence log');
  }

  private report(rule: Rule, version: number, recorded: unknown, expected: unknown): void {
    if (this.log.length < 1_000) this.log.push({ rule, version, words: RULES[rule], recorded, expected });
  }

  finish(): LogVerification {
    this.silences.finish();
    const groups = [...this.verifiers].map(([group, verifier]) => {
      const verification = verifier.finish();
      return { group, state: verifier.state, ...verification };
    });
    return { log: this.log, groups };
  }
}
