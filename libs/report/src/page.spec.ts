import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Report } from '@conclave/audit';
import { decide, type ElectionCommand } from '@conclave/election';
import { gistIn, pageOf } from '@conclave/report';
import { atPlus, historyOf, to, type Story } from '@conclave/testing';
import { auditsOver } from '../../audit/src/report/audits.fixture.js';

const NASTY = '</td><script>alert("1")</script> & \u202egnp.exe \u001b[31m';
const after = (waitMs: number, command: ElectionCommand): Story[number] => ({ waitMs, command });

async function reportOn(story: Story, untilMs: number, reason: string): Promise<Report> {
  const history = historyOf(story, 'g', (command, state, occasion) =>
    decide(command, state, { ...occasion, reason: occasion.actor.startsWith('operator:') ? reason : null }),
  ).map((event) =>
    event.meta.actor.startsWith('operator:') ? { ...event, meta: { ...event.meta, reason } } : event,
  );
  return (await auditsOver(history, atPlus(untilMs))).report('g', {});
}

const numbers = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map((m) => Number(m[1]));

describe('the page of a report', () => {
  let report: Report;
  let page: string;

  beforeAll(async () => {
    const story = [
      after(0, to.configure({})),
      after(1_000, to.register('a', { ready: true, platform: NASTY, labels: { [NASTY]: NASTY } })),
      after(0, to.register('b', { ready: true })),
      after(9_000, to.taint('a')),
      after(10_000, to.release('a', 1)),
      after(20_000, to.expired(2, { silentMs: 16_000, lastSeenAt: atPlus(24_000) })),
    ];
    report = await reportOn(story, 60_000, NASTY);
    page = [...pageOf(report)].join('');
  });

  it('needs nothing else: it loads nothing, runs nothing, links nowhere', () => {
    expect(page).not.toMatch(/https?:|<script|<link|<img|<iframe|@import|src=|href=| on\w+=/i);
    expect([...page.matchAll(/url\(([^)]*)\)/g)].map((m) => m[1])).toEqual(['#hatched', '#held']);
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"`,
    );
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">[\s\S]*<\/html>\n$/);
  });

  it('shows what people wrote as text, and marks that turn or hide it as what they are', () => {
    const shown = '&lt;/td>&lt;script>alert(&quot;1&quot;)&lt;/script> &amp; \\u202egnp.exe \\u001b[31m';
    expect(page).toContain(`<q>${shown}</q>`);
    expect(page).toContain(`${shown}=${shown}`);
    // oxlint-disable-next-line no-control-regex
    expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
  });

  it('says who leads at the end, and in one sentence how it was', () => {
    expect(page).toContain('<p class="headline alarm">At the end of the window, nobody leads: runner ');
    expect(gistIn(page)).toBe(
      'led 66.101 % of the time; nobody led for 20.0 s, in 1 interval; 2 new terms, 1 change of leader, 2 orders of people, 1 incident',
    );
    expect(gistIn('<html>')).toBeNull();
  });

  it('draws the window once: its parts fill the bar, terms and vacancies the time', () => {
    const bar = /<h2>Availability<\/h2>.*?<\/svg>/s.exec(page)![0];
    expect(numbers(bar, /width="([\d.]+)%" height="28"/g).reduce((a, b) => a + b)).toBeCloseTo(100, 9);
    expect(page).toContain(
      '<title>term 1, 2026-11-24T12:00:01.000Z to 2026-11-24T12:00:10.000Z, 9.0 s</title>',
    );
    const lanes = numbers(page, /width="([\d.]+)%" y="3"/g).reduce((a, b) => a + b);
    expect(lanes).toBeCloseTo((100 * 59) / 60, 1); // before the first leader is nobody's
  });

  it('has a name for every chart and table, and a heading for every part', () => {
    expect(page.match(/<table/g)!.length).toBe(page.match(/<caption>/g)!.length);
    for (const svg of page.match(/<svg[^>]*>/g)!)
      expect(svg).toMatch(/role="img" aria-label="[^"]+"|aria-hidden="true"|class="flag"/);
    expect([...page.matchAll(/<h[12]>([^<]*)/g)].map((m) => m[1])).toEqual([
      'Group &quot;g&quot;',
      'Who led when',
      'Availability',
      'Incidents',
      'Orders of people',
      'Terms',
      'Runners',
    ]);
  });
});

describe('a page of much', () => {
  it('of 5,000 terms has less than 3 MB, and says what it left out', async () => {
    const story: Story = [after(0, to.configure({})), after(0, to.register('a', { ready: true }))];
    story.push(after(0, to.register('b', { ready: true })));
    for (let term = 1; term < 5_000; term++)
      story.push(after(60_000, to.transfer()), after(5_000, to.release(term % 2 === 1 ? 'a' : 'b', term)));
    const report = await reportOn(story, 5_000 * 65_000, 'x'.repeat(200));
    const page = [...pageOf(report)].join('');
    expect(report.terms).toHaveLength(5_000);
    expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
    expect(page).toContain('These are the newest 1,000 rows; 4,000 older ones of this window left out.');
    expect(page).toContain('(the newest 1,000 ones; 4,000 older ones left out)');
    expect(page.match(/<rect/g)!.length).toBeLessThan(2_100);
  });
});
