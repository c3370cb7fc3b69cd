import { ClockStep } from '@conclave/contract';
import { STORED_FORM } from '@conclave/election';
import { isOwn, type Consumer, type EventStore, type StoredAppend } from '@conclave/event-store';
import { isoOf, randomUuid, type Clock } from '@conclave/kernel';
import { z } from 'zod';

const STREAM = 'clocks';
const TYPE = 'ClockStepped';
/** Of a newer server it may say more. `writer`: what its records of `P` are signed with; of before 2026-11-30 it is not said. */
const Data = ClockStep.extend({ writer: z.string().optional() }).strip();
type Recorded = z.infer<typeof Data>;
/** So many are shown; the log has all of them. */
const SHOWN = 1_000;

/** Steps of wall clocks stand in the log: whoever reads the history knows which times to doubt. */
export class ClockLog implements Consumer {
  private steps: Recorded[] = [];

  constructor(
    private readonly store: Pick<EventStore, 'publish'>,
    private readonly clock: Clock,
    private readonly instance: string,
    private readonly writer: string,
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
    return this.steps.map(({ writer: _, ...step }) => step);
  }

  /** How far the machine's clock of that writer is ahead of the time that it goes by, ms; 0 where it has not said so. */
  machineAheadMs(writer: string): number {
    const last = this.steps.findLast((step) => step.writer === writer);
    return !last || last.cause === 'set-back' ? 0 : Date.parse(last.machine) - Date.parse(last.server);
  }

  /** `steppedMs`: how far the machine's clock is ahead of the server's. */
  record(cause: ClockStep['cause'], steppedMs: number): void {
    const serverMs = this.clock.wallMs();
    const step: Recorded = {
      instance: this.instance,
      cause,
      server: isoOf(serverMs),
      machine: isoOf(serverMs + Math.round(steppedMs)),
      writer: this.writer,
    };
    const meta = { v: STORED_FORM };
    this.store
      .publish(STREAM, { id: randomUuid(), type: TYPE, data: step, meta })
      .catch((error: Error) => this.problem(`a clock step could not be recorded: ${error.message}`));
  }

  saved(): Recorded[] {
    return [...this.steps]; // written while more may come
  }
  restore(steps: Recorded[]): void {
    this.steps = steps;
  }
}
