import { ClockStep } from '@conclave/contract';
import { STORED_FORM } from '@conclave/election';
import { isOwn, type Consumer, type EventStore, type StoredAppend } from '@conclave/event-store';
import { isoOf, randomUuid, type Clock } from '@conclave/kernel';

const STREAM = 'clocks';
const TYPE = 'ClockStepped';
/** Of a newer server it may say more. */
const Data = ClockStep.strip();
/** So many are shown; the log has all of them. */
const SHOWN = 1_000;

/** Steps of wall clocks stand in the log: whoever reads the history knows which times to doubt. */
export class ClockLog implements Consumer {
  private steps: ClockStep[] = [];

  constructor(
    private readonly store: Pick<EventStore, 'publish'>,
    private readonly clock: Clock,
    private readonly instance: string,
    private readonly problem: (message: string) => void,
  ) {}

  apply({ stream, events }: StoredAppend): void {
    if (stream !== STREAM) return;
    for (const { type, data, meta } of events) {
      const step = Data.safeParse(data);
      if (type === TYPE && isOwn({ meta }) && step.success) this.steps.push(step.data);
    }
    this.steps = this.steps.slice(-SHOWN);
  }

  get all(): readonly ClockStep[] {
    return this.steps;
  }

  /** `steppedMs`: how far the machine's clock is ahead of the server's. */
  record(cause: ClockStep['cause'], steppedMs: number): void {
    const serverMs = this.clock.wallMs();
    const step: ClockStep = {
      instance: this.instance,
      cause,
      server: isoOf(serverMs),
      machine: isoOf(serverMs + Math.round(steppedMs)),
    };
    const meta = { v: STORED_FORM };
    this.store
      .publish(STREAM, { id: randomUuid(), type: TYPE, data: step, meta })
      .catch((error: Error) => this.problem(`a clock step could not be recorded: ${error.message}`));
  }

  saved(): ClockStep[] {
    return [...this.steps]; // written while more may come
  }
  restore(steps: ClockStep[]): void {
    this.steps = steps;
  }
}
