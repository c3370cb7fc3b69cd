import type { Append, GroupState, Id, Tenure } from '@conclave/election';
import { leadInWords } from '../explain/explain.js';
import { availabilityOf, type Availability } from '../tenures/availability.js';
import { Incidents, type Incident } from './incidents.js';
import type { Newest } from './newest.js';
import { Orders, type ReportedOrder } from './orders.js';
import { runnersOf, Silences, type ReportedRunner } from './runners.js';
import { knownAt, termsIn, vacanciesIn, type Span, type Vacancy } from './terms.js';

/** What a group's record says of a window, for people; of what was later, nothing. */
export interface Report extends Span {
  group: Id;
  /** The last event up to the end of the window, and its hash, which stands for all before it. */
  version: number;
  head: string;
  /** Who led at the end, or why nobody did. */
  headline: string;
  availability: Availability;
  /** Those that touch the window, as they stood at its end. */
  terms: Tenure[];
  vacancies: Vacancy[];
  orders: Newest<ReportedOrder>;
  incidents: Newest<Incident>;
  runners: ReportedRunner[];
}

/** What a report is made from. */
export interface ReportSource {
  window: Span;
  /** Oldest first, all that touch the window at least. */
  tenures: readonly Tenure[];
  /** The group at the end of the window. */
  end: GroupState;
  /** If nobody led at its beginning: the append that ended the last term. */
  opening: Append | null;
  /** All of the window, from the last one before it on. */
  appends: AsyncIterable<Append> | Iterable<Append>;
}

/** So many runners are spoken of in one sentence. */
const MOST_NAMED = 8;

/** Pure: the same record gives the same report, of a server and of a file. */
export async function reportOf({ window, tenures, end, opening, appends }: ReportSource): Promise<Report> {
  const { from, to } = window;
  const [orders, incidents, silences] = [new Orders(), new Incidents(window), new Silences()];
  if (opening) incidents.take(opening);
  let head = '';
  for await (const append of appends) {
    if (append.after.version > end.version) break;
    const { at, hash } = append.events.at(-1)!.meta;
    head = hash;
    if (at < from) continue;
    for (const one of [orders, incidents, silences]) one.take(append);
  }
  const known = knownAt(tenures, to);
  const terms = termsIn(known, window);
  return {
    group: end.id,
    from,
    to,
    version: end.version,
    head,
    headline: leadInWords(end, to, MOST_NAMED),
    availability: availabilityOf(known, from, to),
    terms,
    vacancies: vacanciesIn(known, window),
    orders: orders.newest,
    incidents: incidents.finish(),
    runners: runnersOf(end, terms, window, silences),
  };
}
