import type { TailReport } from '@conclave/event-store';
import type { Health } from './health.js';
import type { LogReview } from './review/review.js';
import type { Logger } from './reporting/logger.js';

/** What becomes of what the tail reports. The parts are made after it. */
export function reportOf(
  node: { health: Health; review: LogReview; tail: { isCaughtUp: boolean } },
  logger: Logger,
): TailReport {
  return {
    error: (error) => logger.warn(`the store is not reachable, trying again: ${error.message}`),
    dropped: (reason) => node.health.dropped(reason),
    // At start the process refuses to serve and says so itself.
    unreadable: (error) => {
      if (node.tail.isCaughtUp) logger.fatal(`stopped reading the log: ${error.message}`);
    },
    rewound: (error) => node.review.leave(error.message),
  };
}
