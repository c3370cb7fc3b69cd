import { orderBehind, personInWords, reasonInWords, type Append, type Iso } from '@conclave/election';
import { appendInWords } from '../explain/event-words.js';
import { keepNewest, type Newest } from './newest.js';

/** What a person ordered in a window, and what came of it there. */
export interface ReportedOrder {
  /** Of the event that recorded it. */
  version: number;
  at: Iso;
  who: string;
  what: string;
  reason: string | null;
  came: { at: Iso; words: string }[];
  moreCame: number;
}

/** So much of what came of one order is told. */
const MOST_CAME = 6;

/** Orders in the words of the record. Pure. */
export class Orders {
  readonly newest: Newest<ReportedOrder> = { shown: [], more: 0 };

  take(append: Append): void {
    const orders = append.events.map((event) => orderBehind(event, event.version, append.before));
    if (orders.every((order) => order === null)) return;
    const words = appendInWords(append, true);
    for (const [n, { version, meta }] of append.events.entries()) {
      const order = orders[n];
      if (!order) continue;
      if (order.version === version)
        keepNewest(this.newest, {
          version,
          at: meta.at,
          who: personInWords(order.actor),
          what: words[n]!,
          reason: reasonInWords(order.reason),
          came: [],
          moreCame: 0,
        });
      else this.addOutcome(order.version, meta.at, words[n]!);
    }
  }

  /** One that was given before the window, or is not among the newest, is not told of. */
  private addOutcome(version: number, at: Iso, words: string): void {
    const order = this.newest.shown.findLast((one) => one.version === version);
    if (!order) return;
    if (order.came.length < MOST_CAME) order.came.push({ at, words });
    else order.moreCame++;
  }
}
