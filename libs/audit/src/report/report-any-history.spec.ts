import { expect, it } from '@jest/globals';
import { atPlus, historyOf, storiesOf } from '@conclave/testing';
import { auditsOver } from './audits.fixture.js';

const summed = (all: ({ ms: number } | null)[]): number => all.reduce((sum, one) => sum + (one?.ms ?? 0), 0);

it('of any window of any history, a report sums up, and knows nothing of what came later', async () => {
  for (const [n, story] of storiesOf(23, 60).entries()) {
    const whole = historyOf(story);
    const [since, until] = [atPlus(n * 9_000), atPlus(n * 11_000 + 200_000)];
    const past = whole.filter(({ meta }) => meta.at <= until);
    if (past.length === 0) continue;
    const report = await (await auditsOver(past, until)).report('g', { since, until });
    const later = await auditsOver(whole, atPlus(10_000_000));
    expect(await later.report('g', { since, until })).toEqual(report);

    const { ledMs, handoverMs, leaderlessMs, beforeFirstMs } = report.availability;
    const windowMs = Date.parse(report.to) - Date.parse(report.from);
    expect(ledMs + handoverMs + leaderlessMs + beforeFirstMs).toBe(windowMs);
    expect(summed(report.vacancies)).toBe(leaderlessMs);
    expect(summed(report.incidents.shown.map(({ vacancy }) => vacancy))).toBe(leaderlessMs);
    expect(report.runners.reduce((sum, runner) => sum + runner.ledMs, 0)).toBe(ledMs + handoverMs);
  }
});
