import { ClockStep } from '@conclave/contract';
import { STORED_FORM, WEBHOOKS_STREAM } from '@conclave/election';
import { isOwn, Retention, type Consumer, type EventStore, type StoredAppend } from '@conclave/event-store';
import { isoOf, randomUuid, type Clock } from '@conclave/kernel';
import {
  CLAIM,
  type Claim,
  DEAD,
  DELIVERED,
  KEEP_MS,
  REDELIVERED,
  RecordFold,
  Vacancies,
  type Dead,
  type Progress,
  type SavedRecords,
} from '@conclave/webhooks';

const CLOCKS_STREAM = 'clocks';

/** A step of a wall clock, as it stands in the log. */
export interface RecordedStep {
  id: string;
  version: number;
  position: string;
  step: ClockStep;
}

interface Saved {
  records: SavedRecords;
  vacancies: ReturnType<Vacancies['saved']>;
}

/** What the log knows of webhooks: how far each is, what was given up, which server delivers. Whoever delivers writes it here. */
export class WebhookLog implements Consumer {
  readonly vacancies = new Vacancies();
  private readonly fold = new RecordFold();
  private readonly retention: Retention;
  private isLive = false;
  private onStep: (step: RecordedStep) => void = () => undefined;
  private readonly life = randomUuid();
  /** Another server claims under the instance of this one. */
  onNamesake = (): void => undefined;

  constructor(
    private readonly store: Pick<EventStore, 'publish' | 'expire' | 'read'>,
    private readonly clock: Clock,
    private readonly instance: string,
  ) {
    this.retention = new Retention(store, clock, WEBHOOKS_STREAM, KEEP_MS);
  }

  followSteps(onStep: (step: RecordedStep) => void): void {
    this.onStep = onStep;
  }

  apply({ stream, events }: StoredAppend): void {
    if (stream === CLOCKS_STREAM) for (const one of events.flatMap(stepIn)) this.onStep(one);
    if (stream !== WEBHOOKS_STREAM) return;
    for (const { type, data, meta, position } of events) {
      const atMs = Date.parse((meta as { at?: string }).at ?? '');
      if (!isOwn({ meta }) || Number.isNaN(atMs)) continue; // somebody else's: nothing is decided by it
      const heardMs = this.isLive ? this.clock.monotonicMs() : this.heardMs(atMs);
      const isNamesakes = type === CLAIM && this.isNamesakes(data);
      this.fold.take({ type, data, position, atMs, heardMs, isNamesakes });
      if (isNamesakes) this.onNamesake();
    }
  }
  /** What was there before this server was live it may have claimed in an earlier life. */
  private isNamesakes = ({ instance, life }: Partial<Claim>): boolean =>
    this.isLive && instance === this.instance && life !== this.life;
  caughtUp(): void {
    this.isLive = true;
  }

  /** Of what was said while this server did not listen. */
  private heardMs = (atMs: number): number =>
    this.clock.monotonicMs() - Math.max(0, this.clock.wallMs() - atMs);

  /** The server that delivers to an endpoint; null: none does, as far as is known. */
  holderOf = (endpoint: string): string | null => this.fold.holderOf(endpoint, this.clock.monotonicMs());
  /** True if that is this server, and others know it. */
  isHeld = (endpoint: string): boolean =>
    this.holderOf(endpoint) === this.instance && !this.fold.isNamesakes(endpoint);
  progressOf = (endpoint: string): Progress | null => this.fold.progressOf(endpoint);
  deadOf = (endpoint: string): Dead[] => this.fold.deadOf(endpoint, this.clock.wallMs());

  /** This server delivers to these, or, with `isReleased`, does so no more. Rejects as the store does. */
  claim = async (endpoints: readonly string[], isReleased = false): Promise<void> =>
    this.write(CLAIM, { instance: this.instance, life: this.life, endpoints, isReleased });
  delivered = async (endpoint: string, progress: Progress): Promise<void> =>
    this.write(DELIVERED, { endpoint, ...progress });
  bury = async (dead: Omit<Dead, 'at'>): Promise<void> =>
    this.write(DEAD, { ...dead, at: isoOf(this.clock.wallMs()) });
  redelivered = async (endpoint: string, id: string): Promise<void> =>
    this.write(REDELIVERED, { endpoint, id });

  private async write(type: string, data: object): Promise<void> {
    const meta = { v: STORED_FORM, at: isoOf(this.clock.wallMs()) };
    this.retention.tick(() => undefined); // tried again
    await this.store.publish(WEBHOOKS_STREAM, { id: randomUuid(), type, data, meta });
  }

  /** Steps of clocks on record, oldest first. */
  async *steps(): AsyncGenerator<RecordedStep> {
    for await (const event of this.store.read(CLOCKS_STREAM)) yield* stepIn(event);
  }

  saved(): Saved {
    return { records: this.fold.saved(this.clock.wallMs()), vacancies: this.vacancies.saved() };
  }
  restore({ records, vacancies }: Saved): void {
    this.fold.restore(records, this.heardMs);
    this.vacancies.restore(vacancies);
  }
}

function stepIn({ id, version, position, meta, data }: StoredAppend['events'][number]): RecordedStep[] {
  const step = ClockStep.strip().safeParse(data);
  return isOwn({ meta }) && step.success ? [{ id, version, position, step: step.data }] : [];
}
