import type { Logger } from './logger.js';

/** Where a defect was caught; a closed list, it labels a metric. */
export type Place =
  | 'presence'
  | 'known-log'
  | 'deadlines'
  | 'snapshot'
  | 'records'
  | 'seals'
  | 'health'
  | 'webhooks'
  | 'answer'
  | 'promise';

/**
 * What must not happen and does: it is logged with its stack and counted, and what is around it goes on. Only
 * the tail stops for good at an event that it cannot apply, because nobody may decide past it.
 */
export class Defects {
  readonly counts = new Map<Place, number>();

  constructor(private readonly logger: Logger) {}

  record(place: Place, error: unknown): void {
    this.counts.set(place, (this.counts.get(place) ?? 0) + 1);
    this.logger.error(
      { err: error instanceof Error ? error : new Error(String(error)), place },
      'defect: please report it',
    );
  }

  /**
   * For everything that a timer calls: one that throws must neither end the process nor keep the others from
   * their turn.
   */
  guard(place: Place, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.record(place, error);
    }
  }
}
