import { afterEach, beforeEach } from '@jest/globals';
import { GroupLog, streamOf, type ElectionCommand } from '@conclave/election';
import { Tail, type StoredEvent } from '@conclave/event-store';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { randomUuid } from '@conclave/kernel';
import { inc } from '@conclave/processes';
import { collect, FaultyStore, ManualClock, silentReport, to } from '@conclave/testing';
import { Answers, Echoes, GroupRepository, GroupTime, type Order } from '@conclave/coordination';

export let store: FaultyStore;
export let clock: ManualClock;
const tails: Tail[] = [];
/** A server's write side, with the tail that tells it what stands in the log. */
export const another = () => {
  const log = new GroupLog();
  const echoes = new Echoes();
  const answers = new Answers(store, clock);
  const time = new GroupTime(clock);
  const repository = new GroupRepository(store, log.groups, time, inc('s', tails.length), echoes, answers);
  for (const listener of [repository.heads, echoes]) log.listen(listener);
  const tail = new Tail(store, [log, answers], silentReport);
  tail.start();
  tails.push(tail);
  return repository;
};
export const order = (more: Partial<Order> = {}): Order => ({
  actor: 'test',
  reason: null,
  correlationId: 'c',
  commandId: randomUuid(),
  requestHash: 'h',
  ...more,
});
export const register = (runner: string): ElectionCommand => to.register(runner, { ready: true });
export const taint = (key: string): ElectionCommand => to.taint('b', 'NoLead', key);
export const history = async (): Promise<StoredEvent[]> => collect(store.read(streamOf('g')));

/** From here on nobody hears what is written. */
export const stopTails = async (): Promise<void> => {
  for (const tail of tails.splice(0)) await tail.stop();
};

const opened: SqliteEventStore[] = [];
/** An empty store, closed at the end of the test. */
export const emptyStore = async (): Promise<SqliteEventStore> => {
  const empty = await SqliteEventStore.open(':memory:');
  opened.push(empty);
  return empty;
};

beforeEach(async () => {
  store = new FaultyStore(await emptyStore());
  clock = new ManualClock();
});
afterEach(async () => {
  await stopTails();
  for (const one of opened.splice(0)) await one.close();
});
