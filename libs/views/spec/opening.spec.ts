import { beforeEach, expect, it } from '@jest/globals';
import { Groups, type Append, type RecordedEvent } from '@conclave/election';
import { until } from '@conclave/processes';
import { ManualClock, historyOf, to } from '@conclave/testing';
import { WatchFeed, type Frame, type WatchSink } from '@conclave/views';

const MANY = 1_700;
const history = historyOf([
  { waitMs: 0, command: to.register('a', { ready: true }) },
  { waitMs: 0, command: to.expired(1) },
]);

let groups: Groups;
let position = 0;
let feed: WatchFeed;
/** What the feed awaits between two pieces. */
let breathe: () => Promise<void>;

/** One append of a group, as the log has it. */
function apply(group: string, which: (event: RecordedEvent) => boolean): Append {
  const events = history.filter(which).map((event) => ({ ...event, group, position: String(++position) }));
  return groups.apply(events);
}
const elected = ({ version }: RecordedEvent): boolean => version <= first.length;
const first = history.filter(({ meta }) => meta.commandId === history[0]!.meta.commandId);

class Told implements WatchSink {
  readonly pieces: (readonly Frame[])[] = [];
  isOver = false;
  send(frames: readonly Frame[]): void {
    this.pieces.push(frames);
  }
  overflow(): void {
    this.isOver = true;
  }
  end(): void {
    this.isOver = true;
  }
  get isSynced(): boolean {
    return this.pieces.flat().some(({ event }) => event === 'synced');
  }
}

beforeEach(() => {
  groups = new Groups();
  position = 0;
  breathe = async () => undefined;
  for (let n = 0; n < MANY; n++) apply(`g${n}`, elected);
  const none = async function* (): AsyncGenerator<Append> {};
  feed = new WatchFeed(
    groups,
    none,
    new ManualClock(),
    () => String(position),
    async () => breathe(),
  );
});
const watch = (told: Told, group: string | null = null) =>
  feed.watch({ group, events: false, resumeAfter: null }, told);

it('of groups whose events somebody may not read it is told who leads', async () => {
  const told = new Told();
  const eventsOf = (group: string) => group === 'g1';
  feed.watch({ group: null, events: true, eventsOf, resumeAfter: null }, told);
  await until('it is whole', () => told.isSynced);
  told.pieces.length = 0;
  for (const group of ['g1', 'g2']) feed.changed(apply(group, (event) => !elected(event)));
  const heard = told.pieces.flat().map(({ event, data }) => `${(data as { group: string }).group} ${event}`);
  expect(new Set(heard)).toEqual(new Set(['g1 event', 'g1 leader', 'g2 leader']));
});

it('who came at another time is told from its own place, who is told the same gets the same', async () => {
  const [early, late, other] = [new Told(), new Told(), new Told()];
  const rest = (event: RecordedEvent) => !elected(event);
  const begin = (told: Told) => feed.watch({ group: 'g1', events: true, resumeAfter: null }, told);
  begin(early);
  const before = String(position);
  feed.changed(apply('g2', rest));
  const after = String(position);
  for (const told of [late, other]) begin(told);
  feed.changed(apply('g1', rest));
  const idsOf = (told: Told) => [...new Set(told.pieces[1]!.map(({ id }) => id))];
  expect([early, late, other].map(idsOf)).toEqual([before, after, after].map((id) => [id, String(position)]));
  expect(other.pieces[1]).toBe(late.pieces[1]);
});

it('of very many groups a snapshot comes in pieces, without an id before it is whole', async () => {
  const told = new Told();
  watch(told);
  expect(told.pieces.map(({ length }) => length)).toEqual([500]);
  await until('it is whole', () => told.isSynced);
  expect(told.pieces.map(({ length }) => length)).toEqual([500, 500, 500, 201]);
  const frames = told.pieces.flat();
  expect(frames.slice(0, -1).every(({ id }) => id === null)).toBe(true);
  expect(new Set(frames.slice(0, -1).map(({ data }) => (data as { group: string }).group)).size).toBe(MANY);
  expect(frames.at(-1)).toEqual({
    event: 'synced',
    id: String(position),
    data: { position: String(position) },
  });
});

it('what comes meanwhile is told behind it, once, and never before what is older', async () => {
  const told = new Told();
  const began = String(position);
  let changes = 0;
  breathe = async () => {
    if (changes++ === 0)
      for (const group of ['g0', 'g1699']) feed.changed(apply(group, (event) => !elected(event)));
  };
  watch(told);
  await until('it is whole', () => told.isSynced);
  await until('all is told', () => told.pieces.flat().at(-1)!.id === String(position));
  const frames = told.pieces.flat();
  expect(frames[MANY]).toMatchObject({ event: 'synced', id: began });
  const of = (group: string) =>
    frames.flatMap(({ data }, at) =>
      (data as { group?: string }).group === group
        ? [[at > MANY, (data as { leader: object | null }).leader !== null]]
        : [],
    );
  expect([of('g0'), of('g1699')]).toEqual([
    [
      [false, true],
      [true, false],
    ],
    [
      [false, true],
      [true, false],
    ],
  ]);
});

it('a group that cannot be read any more is not shown as it was; who goes is told no more', async () => {
  const [told, gone] = [new Told(), new Told()];
  const stop = watch(gone);
  watch(told);
  groups.giveUp('g1699', 'broken');
  feed.givenUp('g1699');
  stop();
  await until('it is whole', () => told.isSynced);
  const names = told.pieces
    .flat()
    .flatMap(({ event, data }) => (event === 'leader' ? [(data as { group: string }).group] : []));
  expect([names.length, names.includes('g1699')]).toEqual([MANY - 1, false]);
  expect(gone.isSynced).toBe(false);
});

it('one group, or few, at once', () => {
  const told = new Told();
  watch(told, 'g7');
  expect(told.pieces).toMatchObject([
    [{ event: 'leader', id: String(position), data: { group: 'g7', state: 'led' } }],
  ]);
});
