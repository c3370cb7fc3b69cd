import { AggregateRoot } from '@nestjs/cqrs';
import {
  decide,
  evolve,
  occurrenceOf,
  type CommandContext,
  type ElectionCommand,
  type ElectionEvent,
  type GroupState,
  type Own,
  type Rejection,
} from '@conclave/election';

/**
 * The Nest aggregate around the pure decider. `commit()` is never called: the repository appends to the
 * store, awaits it, and then drops the aggregate; projections read the store, not the event bus
 * (docs/architecture.md).
 */
export class GroupAggregate extends AggregateRoot<ElectionEvent> {
  private context!: CommandContext;
  private readonly own: Own = new Set();

  constructor(public state: GroupState) {
    super();
  }

  /** Applies what `decide` says, or gives the rejection and leaves everything as it was. */
  execute(command: ElectionCommand, context: CommandContext): Rejection | null {
    const decision = decide(command, this.state, context);
    if ('rejection' in decision) return decision.rejection;
    this.context = context;
    for (const event of decision.events) this.apply(event);
    return null;
  }

  // Events are plain objects: Nest would look for a method named after their constructor, "onObject".
  protected override getEventHandler(): never {
    const handler = (event: ElectionEvent): void => {
      this.state = evolve(this.state, occurrenceOf(event, this.context), this.own);
    };
    return handler as never;
  }
}
