import type { DataOf, ElectionEvent, EventType, Occasion, Occurrence } from '../model/events.js';
import { evolve } from '../fold/evolve.js';
import type { GroupState } from '../model/state.js';

/** Events decided so far and the state after them: each further step of a decision sees the earlier ones. */
export class Draft {
  readonly events: ElectionEvent[] = [];

  constructor(
    public state: GroupState,
    readonly occasion: Occasion,
  ) {}

  get at(): string {
    return this.occasion.at;
  }

  emit<T extends EventType>(type: T, data: DataOf<T>): void {
    const event = { type, data } as ElectionEvent;
    this.events.push(event);
    this.state = evolve(this.state, { ...event, meta: this.occasion } as Occurrence);
  }
}
