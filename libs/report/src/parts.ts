import type { Report } from '@conclave/audit';
import { Fragment, h, type VNode } from 'preact';
import { availabilityBar } from './charts/availability-bar.js';
import { patterns } from './charts/lane.js';
import { legend } from './charts/legend.js';
import { timelineOf } from './charts/timeline.js';
import { gistOf } from './gist.js';
import { rendered } from './text/rendered.js';
import { figuresOf, pacesOf } from './tables/figures.js';
import { needsSomebody } from './tables/incidents.js';
import { instant } from './tables/table.js';
import { counted, duration, sentence } from './text/words.js';

/** Nothing is loaded from anywhere, and nothing runs. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

export const headOf = (report: Report): VNode =>
  h(
    Fragment,
    null,
    h('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    h('meta', { name: 'description', content: gistOf(report) }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', { name: 'color-scheme', content: 'light dark' }),
    h('title', null, `Group "${report.group}", ${report.from} to ${report.to}`),
  );

/** Which group, which window, who leads at its end, and all in one sentence. */
export function opening(report: Report): VNode {
  const { group, from, to, headline, vacancies } = report;
  const last = vacancies.at(-1);
  const isMissed = last !== undefined && last.to === null && needsSomebody(last.why);
  return h(
    'header',
    null,
    h('h1', null, `Group "${group}"`),
    h(
      'p',
      { class: 'quiet' },
      instant(from),
      ' to ',
      instant(to),
      `, ${duration(Date.parse(to) - Date.parse(from))}. All times are UTC, ISO 8601.`,
    ),
    h('p', { class: isMissed ? 'headline alarm' : 'headline' }, `At the end of the window, ${headline}.`),
    h('p', null, sentence(gistOf(report))),
  );
}

export function* timelinePart(report: Report): Generator<string> {
  yield '<section>\n';
  yield rendered(h('h2', null, 'Who led when'));
  yield rendered(patterns());
  yield '<figure>\n';
  for (const lane of timelineOf(report)) yield rendered(lane);
  yield rendered(legend(report));
  yield '</figure>\n</section>\n';
}

/** Where a leader stops being one is known only as far as it was heard. */
const COUNTED_AS_LED =
  'A leader counts until its term ended, also one that turned out to have been silent before. What happened while no server ran is not in the record.';

export function availabilityPart({ availability, terms }: Report): VNode {
  const lost = terms.reduce((sum, { lostTerms }) => sum + lostTerms, 0);
  const isLost = `${counted(lost, 'term')} before these are not in the log any more: they were lost with a part of it.`;
  return h(
    'section',
    null,
    h('h2', null, 'Availability'),
    h('figure', null, availabilityBar(availability)),
    figuresOf(availability),
    h('p', null, pacesOf(availability)),
    lost > 0 ? h('p', null, isLost) : null,
    h('p', { class: 'quiet' }, COUNTED_AS_LED),
  );
}

/** What it rests on, and how that is checked. */
export const closing = ({ group, version, head, to }: Report): VNode =>
  h(
    'footer',
    null,
    h(
      'p',
      null,
      `Made from the record of group "${group}" up to event ${version} alone, whose hash is `,
      h('code', null, head),
      '. This page is not signed; ',
      h('code', null, `conclave export ${group} --window ..${to}`),
      ' writes what it rests on, signed, and ',
      h('code', null, 'conclave verify --file'),
      ' checks it.',
    ),
  );
