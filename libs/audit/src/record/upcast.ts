import {
  decideAndFold,
  EventData,
  initialState,
  STORED_FORM,
  type ElectionCommand,
  type Envelope,
  type EventType,
  type GroupState,
  type Id,
  sameJson,
} from '@conclave/election';
import { chainHash, digestOf, GENESIS_HASH, isPerson, saltsFor } from '@conclave/event-store';
import type { Step } from './recovered-end.js';
import { commandOf } from './recovered-command.js';

/** The forms before this one: 1 without causes, and sometimes without commands; 2 with people in what is hashed. */
export const OLDER_FORMS: ReadonlySet<unknown> = new Set([1, 2]);

/** An event of a group as it stands in a file or a store. */
export interface Kept {
  version: number;
  id: string;
  type: string;
  data: object;
  meta: object;
}

/**
 * Brings a group's history of an older form to that of today, append by append: what followed from which command is
 * decided again, so only what the rule would have decided becomes a history of today. Versions and ids stay, hashes are
 * new. Throws where the old history is not sound: it must not be laundered.
 */
export class Upcast<T extends Kept> {
  private state: GroupState;
  private oldHash = GENESIS_HASH;
  private hash = GENESIS_HASH;
  private open: T[] = [];

  /** `saltOf`: a random text for each person, the same for the same. */
  constructor(
    private readonly group: Id,
    private readonly saltOf: (person: string) => string,
  ) {
    this.state = initialState(group);
  }

  /** True between the first and the last event of an append. */
  get isAmidst(): boolean {
    return this.open.length > 0;
  }

  /** The events of the append that ends with this one; none while it goes on. */
  take(event: T): T[] {
    this.checkHash(event);
    this.open.push(event);
    const { part } = event.meta as Envelope;
    if (part.index + 1 < part.of) return [];
    const append = this.open;
    this.open = [];
    return this.rewritten(append);
  }

  private checkHash({ version, type, data, meta }: T): void {
    const { hash, ...rest } = meta as Envelope;
    const { group } = this;
    if (hash !== chainHash(this.oldHash, { group, version, type, data, meta: rest }))
      throw this.wrong(version, 'its hash does not fit: the log was changed after it was written');
    this.oldHash = hash;
  }

  private rewritten(append: readonly T[]): T[] {
    const steps = append.map(({ version, type, data, meta }) => {
      const schema = Object.hasOwn(EventData, type) ? EventData[type as EventType] : null;
      if (type === 'HistorySealed')
        throw this.wrong(version, 'it seals an archive of the older form, which this Conclave cannot read');
      if (!schema?.safeParse(data).success) throw this.wrong(version, `${type} is not as it should be`);
      return { type, data, meta } as Step;
    });
    const { meta } = steps[0]!;
    const recovered = () => commandOf(steps, this.state);
    const asked = meta.command;
    for (const command of asked ? [asked, recovered()] : [recovered()]) {
      const decision = decideAndFold(command, this.state, { ...meta, isRecorded: true });
      if ('rejection' in decision || !isSame(decision.events, steps)) continue;
      if (meta.v !== FIRST_FORM && !isSameCause(decision.events, steps)) continue;
      this.state = decision.state;
      return append.map((event, n) => this.today(event, decision.events[n]!.causedBy, command, n));
    }
    throw this.wrong(append[0]!.version, 'it is not what the rule decides on what stands before it');
  }

  private today(event: T, causedBy: Envelope['causedBy'], command: ElectionCommand, n: number): T {
    const { version, type, data } = event;
    const { hash: _, command: __, requestHash, ...kept } = event.meta as Envelope;
    const named = {
      ...kept,
      v: STORED_FORM,
      requestHash: this.unguessable(requestHash, kept.actor),
      ...(n === 0 && { command: JSON.parse(JSON.stringify(command)) as object }),
      ...(causedBy && { causedBy }),
    };
    const meta = { ...named, ...saltsFor({ type, data, meta: named }, this.saltOf) };
    this.hash = chainHash(this.hash, { group: this.group, version, type, data, meta });
    return { ...event, meta: { ...meta, hash: this.hash } };
  }

  /** The digest was of the reason, too. */
  private unguessable(requestHash: string, actor: string): string {
    return requestHash !== '' && isPerson(actor) ? digestOf([this.saltOf(actor), requestHash]) : requestHash;
  }

  private wrong(version: number, why: string): Error {
    return new Error(`event ${version} of group "${this.group}" cannot be migrated: ${why}`);
  }
}

const FIRST_FORM: number = 1;

const isSame = (decided: readonly Pick<Step, 'type' | 'data'>[], recorded: readonly Step[]): boolean =>
  decided.length === recorded.length &&
  decided.every(({ type, data }, n) => type === recorded[n]!.type && sameJson(data, recorded[n]!.data));

const isSameCause = (
  decided: readonly Pick<Step, 'causedBy'>[],
  recorded: readonly Pick<Step, 'meta'>[],
): boolean => decided.every(({ causedBy }, n) => sameJson(causedBy, recorded[n]!.meta.causedBy));
