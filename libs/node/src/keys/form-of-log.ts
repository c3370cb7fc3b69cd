import { KEYS_STREAM } from '@conclave/audit';
import { tornEvent, writerOf } from '@conclave/election';
import type { Consumer, EventStore, StoredAppend } from '@conclave/event-store';

/**
 * Every log begins with a key. Where that is of an older form all is: no group could be read, and the own key, written behind it,
 * would fit into no record of keys, also not after an import. So the log is not read at all.
 */
export class FormOfLog implements Consumer {
  constructor(private readonly store: Pick<EventStore, 'nameOf'>) {}

  apply({ stream, events }: StoredAppend): void {
    const [first] = events;
    if (stream !== KEYS_STREAM || first?.version !== 1 || writerOf(first.meta) !== 'older-conclave') return;
    throw tornEvent(this.store.nameOf(stream), first, 'all of this log is of an older form');
  }
}
