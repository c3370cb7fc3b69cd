import { expect, it } from '@jest/globals';
import { Groups, type Append } from '@conclave/election';
import { until } from '@conclave/processes';
import { historyOf, ManualClock, to } from '@conclave/testing';
import { WatchFeed, type Frame, type WatchSink } from '@conclave/views';

const history = historyOf([
  { waitMs: 0, command: to.register('a', { ready: true }) },
  ...Array.from({ length: 20 }, (_, n) => ({
    waitMs: 1_000,
    command: to.register('a', { ready: true, priority: n }),
  })),
]);
/** The whole history, an append at each position. */
function appends(): Append[] {
  const groups = new Groups();
  const byCommand = Map.groupBy(history, ({ meta }) => meta.commandId);
  return [...byCommand.values()].map((events, n) =>
    groups.apply(events.map((event) => ({ ...event, position: String(n + 1) }))),
  );
}

/** A client for which each piece takes so long. */
class Client implements WatchSink {
  readonly told: Frame[] = [];
  isOver = false;
  constructor(
    private readonly clock: ManualClock,
    private readonly takesMs: number,
  ) {}
  async send(frames: readonly Frame[]): Promise<void> {
    this.told.push(...frames);
    this.clock.advance(this.takesMs);
  }
  overflow = (): void => void (this.isOver = true);
  end = (): void => void (this.isOver = true);
  get lastId(): string {
    return this.told.findLast(({ id }) => id !== null)!.id!;
  }
}

it('a slow client that others wait for is told for ten seconds, and goes on with its last id; alone it is told all', async () => {
  const all = appends();
  const clock = new ManualClock();
  const missed = async function* (_: string | null, after: string): AsyncGenerator<Append> {
    yield* all.slice(Number(after));
  };
  const last = String(all.length);
  let line = Promise.resolve();
  const oneAtATime = async (act: () => Promise<void>) => (line = line.then(act));
  const feed = new WatchFeed(
    new Groups(),
    missed,
    clock,
    () => last,
    async () => undefined,
    oneAtATime,
  );
  const resume = (client: Client, resumeAfter: string) =>
    feed.watch({ group: 'g', events: true, resumeAfter }, client);

  const [slow, quick] = [new Client(clock, 3_000), new Client(clock, 0)];
  resume(slow, '0');
  resume(quick, '0');
  await until('the quick one is told', () => quick.told.length > 0 && quick.lastId === last);
  expect([slow.isOver, Number(slow.lastId)]).toEqual([true, 4]); // 12 s
  const again = new Client(clock, 3_000);
  resume(again, slow.lastId);
  await until('it is told the rest', () => again.told.length > 0 && again.lastId === last);
  expect([again.isOver, quick.isOver]).toEqual([false, false]);
  const versions = ({ told }: Client) => told.map(({ data }) => (data as { version: number }).version);
  expect([...versions(slow), ...versions(again)]).toEqual(versions(quick));
});
