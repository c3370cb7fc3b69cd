import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { appendsOf, initialState, NO_TERM, type Append, type RecordedEvent } from '@conclave/election';
import { inc } from '@conclave/processes';
import { anyStory, historyOf, to, type Story } from '@conclave/testing';
import {
  bodyOf,
  itemsOf,
  NoticeType,
  timedItem,
  Vacancies,
  vacancyAfter,
  wantedOf,
  type Cursor,
  type Item,
  type Vacancy,
  type Wanted,
} from '../src/index.js';

const AFTER_MS = 30_000;
const ALL: Wanted = { types: new Set(NoticeType.options), leaderlessAfterMs: AFTER_MS };
const START: Cursor = { position: '0', atMs: 0 };

async function appendsIn(history: readonly RecordedEvent[]): Promise<Append[]> {
  const appends: Append[] = [];
  for await (const append of appendsOf(history, initialState('g'))) appends.push(append);
  return appends;
}

/** All that is told of a history, from some place on. */
function toldOf(appends: readonly Append[], wanted = ALL, from = 0): Item[] {
  let vacancy: Vacancy | null = null;
  let cursor = START;
  const told: Item[] = [];
  appends.forEach((append, n) => {
    if (n >= from) told.push(...itemsOf(append, wanted, { vacancy }, cursor));
    const atMs = Date.parse(append.events[0]!.meta.at);
    cursor = { position: append.events.at(-1)!.position, atMs: Math.max(cursor.atMs, atMs) };
    vacancy = vacancyAfter(append, vacancy);
  });
  return told;
}

const register = (runner: string, life = 1) =>
  ({
    type: 'RegisterRunner',
    runner,
    incarnation: inc(runner, life),
    ready: true,
    previousExited: null,
  }) as const;
const story = (...steps: [number, Story[number]['command']][]): Story =>
  steps.map(([waitMs, command]) => ({ waitMs, command }));

describe('notices', () => {
  it('of who was given up, and not of who says that it goes away', async () => {
    const goodbye = { type: 'ResignLeadership', runner: 'b', incarnation: inc('b'), term: NO_TERM } as const;
    const appends = await appendsIn(
      historyOf(
        story(
          ...['a', 'b', 'c'].map((runner): [number, Story[number]['command']] => [0, register(runner)]),
          [1_000, { ...goodbye, cooldownMs: null }],
          [30_000, to.silent('c')],
        ),
      ),
    );
    const missed = appends.flatMap(({ events }) => events).filter(({ type }) => type === 'HeartbeatMissed');
    expect(missed.map(({ meta }) => meta.actor)).toEqual(['runner:b', 'system:presence']);
    const silent = toldOf(appends).filter(({ notice }) => notice.type === 'runner-silent');
    expect(silent.map(({ notice }) => notice.runner)).toEqual(['c']);
  });

  it('of a leader, an order and a handover, each with the words of the history', async () => {
    const appends = await appendsIn(
      historyOf(story([0, register('a')], [0, register('b')], [1_000, to.taint('a', 'NoLead', 'disk')])),
    );
    const told = toldOf(appends).map(({ notice }) => notice);
    expect(told.map(({ type, runner }) => [type, runner])).toEqual([
      ['leader-changed', 'a'],
      ['order', 'a'],
      ['handover', 'a'],
    ]);
    const event = appends[2]!.events[0]!;
    expect(told[1]).toMatchObject({
      id: `${event.meta.id}:order`,
      group: 'g',
      version: event.version,
      actor: 'operator:ana',
      term: 1,
      link: '/groups/g',
      words: [expect.stringContaining('tainted disk'), expect.stringContaining('must stop leading')],
    });
    const body = JSON.parse(bodyOf(told[1]!)) as { type: string; timestamp: string; data: object };
    expect(body).toMatchObject({ type: 'order', timestamp: event.meta.at, data: { event: event.meta.id } });
    expect(body.data).not.toHaveProperty('id');
  });

  it('of a group that nobody leads for too long: once, before what comes next, and who leads then', async () => {
    const gone = { type: 'DeregisterRunner', runner: 'a', incarnation: inc('a') } as const;
    const appends = await appendsIn(
      historyOf(story([0, register('a')], [1_000, gone], [60_000, register('b')])),
    );
    const filters = [{ leaderless: { afterMs: AFTER_MS } }];
    const told = toldOf(appends, wantedOf(filters)).map(({ notice }) => notice);
    expect(told.map(({ type, at, runner }) => [type, at, runner])).toEqual([
      ['leaderless', '2026-11-24T12:00:31.000Z', null],
      ['leader-found', '2026-11-24T12:01:01.000Z', 'b'],
    ]);
    expect(told[0]!.words[0]).toBe('nobody has led since 2026-11-24T12:00:01.000Z, for more than 30 s');
    const patient = wantedOf([{ leaderless: { afterMs: 120_000 } }]);
    expect(toldOf(appends, patient)).toEqual([]);
  });

  it('whoever was told of a vacancy hears of its end, however early that turns out to have been', async () => {
    const gone = { type: 'DeregisterRunner', runner: 'a', incarnation: inc('a') } as const;
    const appends = await appendsIn(historyOf(story([0, register('a')], [0, gone], [1_000, register('b')])));
    const vacancy = vacancyAfter(appends[1]!, null)!;
    const found = (atMs: number) =>
      itemsOf(appends[2]!, ALL, { vacancy }, { position: '2', atMs }).filter(
        ({ notice }) => notice.type === 'leader-found',
      );
    expect(found(vacancy.sinceMs + AFTER_MS - 1)).toEqual([]);
    expect(found(vacancy.sinceMs + AFTER_MS)).toMatchObject([{ notice: { runner: 'b' } }]);
  });

  it('a vacancy stands from its event until somebody leads, and its time comes once', async () => {
    const gone = { type: 'DeregisterRunner', runner: 'a', incarnation: inc('a') } as const;
    const appends = await appendsIn(historyOf(story([0, register('a')], [0, gone], [0, register('b')])));
    const vacancies = new Vacancies();
    const stood: (string | undefined)[] = [];
    vacancies.follow((_, vacancy) => stood.push(vacancy?.event));
    appends.slice(0, 2).forEach((append) => vacancies.changed(append));
    const vacancy = vacancies.of('g')!;
    const again = new Vacancies();
    again.restore(structuredClone(vacancies.saved()));
    expect(again.of('g')).toEqual(vacancy);
    vacancies.changed(appends[2]!);
    expect(vacancies.of('g')).toBeNull();
    expect(stood).toEqual([undefined, undefined, vacancy.event]);
    const dueAtMs = vacancy.sinceMs + AFTER_MS;
    const isTold = (fromMs: number, nowMs: number) =>
      timedItem(appends[1]!.after, vacancy, ALL, { position: '1', atMs: fromMs }, nowMs) !== null;
    expect([isTold(0, dueAtMs - 1), isTold(dueAtMs - 1, dueAtMs), isTold(dueAtMs, dueAtMs + 1)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('in any history ids are unique, and whoever begins later is told the same', async () => {
    await fc.assert(
      fc.asyncProperty(anyStory, fc.nat(80), async (told, from) => {
        const appends = await appendsIn(historyOf(told));
        const all = toldOf(appends);
        const ids = all.map(({ notice }) => notice.id);
        expect(new Set(ids).size).toBe(ids.length);
        const later = toldOf(appends, ALL, from);
        expect(later).toEqual(all.slice(all.length - later.length));
        const terms = appends.filter((a) => a.before.leadership?.term !== a.after.leadership?.term);
        const changes = all.filter(({ notice }) => notice.type === 'leader-changed');
        expect(changes.map(({ notice }) => notice.runner)).toEqual(
          terms.map(({ after }) => after.leadership?.runner ?? null),
        );
      }),
    );
  });

  it('only the last notice of an append moves the place behind it: no crash loses one of them', async () => {
    await fc.assert(
      fc.asyncProperty(anyStory, async (told) => {
        for (const append of await appendsIn(historyOf(told))) {
          const items = itemsOf(append, ALL, { vacancy: null }, START);
          items.forEach(({ then }, n) =>
            expect(then.position).toBe(n + 1 < items.length ? '0' : append.events.at(-1)!.position),
          );
        }
      }),
    );
  });
});
