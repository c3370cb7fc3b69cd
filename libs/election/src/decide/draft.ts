import {
  occurrenceOf,
  type CausedBy,
  type DataOf,
  type ElectionEvent,
  type EventType,
  type Occasion,
} from '../model/events.js';
import { evolve } from '../fold/evolve.js';
import type { CommandContext } from '../model/commands.js';
import type { GroupState } from '../model/state.js';

/** Events decided so far and the state after them: each further step of a decision sees the earlier ones. */
export class Draft {
  readonly events: ElectionEvent[] = [];
  /** What everything that is decided from here on follows from. */
  because: CausedBy | null = null;
  /** Whose order is carried out now that a second person has approved it. */
  behalf: CausedBy | null = null;

  constructor(
    public state: GroupState,
    readonly occasion: Occasion & Pick<CommandContext, 'isRecorded'>,
  ) {}

  get at(): string {
    return this.occasion.at;
  }

  /** What was asked for, or seen; the rest follows from it. */
  emit<T extends EventType>(type: T, data: DataOf<T>): void {
    if (this.behalf) return this.follow(type, data, this.behalf);
    this.add({ type, data } as ElectionEvent);
    const { commandId, actor } = this.occasion;
    this.because = { version: this.state.version, commandId, actor };
  }

  /** What follows from an earlier command, in this append or long before; without one it stands for itself. */
  follow<T extends EventType>(type: T, data: DataOf<T>, cause = this.because): void {
    if (cause === null) return this.emit(type, data);
    this.add({ type, data, causedBy: cause } as ElectionEvent);
    this.because = cause;
  }

  /** The same, said in passing: what comes after it does not follow from it. */
  remark<T extends EventType>(type: T, data: DataOf<T>, cause: CausedBy): void {
    this.add({ type, data, causedBy: cause } as ElectionEvent);
  }

  private add(event: ElectionEvent): void {
    this.events.push(event);
    this.state = evolve(this.state, occurrenceOf(event, this.occasion));
  }
}
