import type { Groups } from '@conclave/election';
import {
  lookForMoved,
  StoreFull,
  StoreUnavailable,
  type Anchor,
  type EventStore,
} from '@conclave/event-store';
import type { KnownLog } from '../log/known-log.js';
import type { Acceptance } from '../log/marks.js';
import type { Logger } from '../reporting/logger.js';

/**
 * Keeps an acceptance of the log that ends with these events. Throws StoreFull or StoreUnavailable if it cannot be kept;
 * nothing is accepted then.
 */
export function keepAcceptance(known: KnownLog, acceptance: Acceptance, anchors: readonly Anchor[]): void {
  try {
    known.accept({ ...acceptance, anchors: [...anchors] });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = `the acceptance cannot be kept beside the snapshot (${message}), so nothing is accepted. Mend that, and accept it again`;
    throw code === 'ENOSPC' ? new StoreFull(why) : new StoreUnavailable(why);
  }
}

interface Looked {
  known: KnownLog;
  groups: Pick<Groups, 'size'>;
  store: EventStore;
  isLasting: (stream: string) => boolean;
  logger: Logger;
}

/** An acceptance is of the log that somebody has seen: where another one was put in its place since, it is none. */
export async function dropIfMoved(looked: Looked): Promise<void> {
  const { known, logger } = looked;
  const { accepted } = known.kept;
  const moved = accepted?.anchors && (await whatMoved(accepted.anchors, looked));
  if (!accepted || !moved || known.kept.accepted !== accepted) return;
  known.accept(null);
  logger.error(
    `what ${accepted.by} accepted (${accepted.reason}) was another log than is there now: ${moved}. Look again, then decide again`,
  );
}

async function whatMoved(
  anchors: readonly Anchor[],
  { store, isLasting, groups }: Looked,
): Promise<string | null> {
  if (anchors.length > 0) return lookForMoved(store, anchors, isLasting);
  return groups.size > 0 ? `it was empty, and holds ${groups.size} groups now` : null;
}
