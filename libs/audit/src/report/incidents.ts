import {
  orderBehind,
  vacancyWhyOf,
  type Append,
  type EndCause,
  type Id,
  type Iso,
  type RecordedEvent,
} from '@conclave/election';
import { appendInWords } from '../explain/event-words.js';
import { keepNewest, type Newest } from './newest.js';
import { msWithin, type Span, type Vacancy } from './terms.js';

/** A term that ended otherwise than it should, or after which nobody led for a time. */
export interface Incident {
  at: Iso;
  term: number;
  runner: Id;
  cause: EndCause;
  words: string;
  orderedBy: string | null;
  orderReason: string | null;
  /** Null: somebody followed at once. */
  vacancy: (Vacancy & { words: string | null }) | null;
}

/** Ends that nobody meant, or that let two act for a moment. */
const UNMEANT: ReadonlySet<EndCause> = new Set<EndCause>([
  'heartbeat-missed',
  'lease-expired',
  'superseded',
  'forced',
]);

/** Reads what went wrong from the record, append by append: first the one that ended the last term, if none runs. Pure. */
export class Incidents {
  readonly newest: Newest<Incident> = { shown: [], more: 0 };
  private open: Incident | null = null;

  constructor(private readonly window: Span) {}

  take(append: Append): void {
    let words: string[] | undefined;
    for (const [n, event] of append.events.entries()) {
      const said = (): string => (words ??= appendInWords(append, true))[n]!;
      if (event.type === 'LeadershipEnded') this.ended(event, said(), append);
      else if (event.type === 'GroupLeaderless' && this.open?.vacancy) {
        this.open.vacancy.why = vacancyWhyOf(event.data);
        this.open.vacancy.words = said();
      } else if (event.type === 'LeaderElected') this.close(event.meta.at);
    }
  }

  private ended(
    { data, meta, version }: Extract<RecordedEvent, { type: 'LeadershipEnded' }>,
    words: string,
    { events, before }: Append,
  ): void {
    const { term, runner, cause } = data;
    const order = orderBehind(
      events.find((event) => event.version === version)!,
      version,
      before,
    );
    this.open = {
      at: meta.at,
      term,
      runner,
      cause,
      words,
      orderedBy: order?.actor ?? null,
      orderReason: order?.reason ?? null,
      vacancy: { afterTerm: term, from: meta.at, to: null, ms: 0, why: 'unknown', words: null },
    };
  }

  /** `to`: when the next leader came; null: not in the window. */
  private close(to: Iso | null): void {
    const { open, window } = this;
    this.open = null;
    if (!open?.vacancy) return;
    const ms = msWithin(window, open.at, to);
    const isVacant = ms > 0 || to === null;
    const vacancy = isVacant ? { ...open.vacancy, to, ms } : null;
    if (vacancy !== null || (open.at >= window.from && UNMEANT.has(open.cause)))
      keepNewest(this.newest, { ...open, vacancy });
  }

  /** The window is over. */
  finish(): Newest<Incident> {
    this.close(null);
    return this.newest;
  }
}
