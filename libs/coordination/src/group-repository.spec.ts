import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GroupLog, streamOf, type ElectionCommand } from '@conclave/election';
import { chainHash, GENESIS_HASH, Tail, type StoredEvent } from '@conclave/event-store';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { derivedUuid, randomUuid } from '@conclave/kernel';
import { collect, FaultyStore, inc, ManualClock, silentReport } from '@conclave/testing';
import { Answers, Echoes, GroupRepository, GroupTime, type Order } from '@conclave/coordination';

let store: FaultyStore;
let clock: ManualClock;
let tails: Tail[] = [];
/** A server's write side, with the tail that tells it what stands in the log. */
const another = () => {
  const log = new GroupLog();
  const echoes = new Echoes();
  log.listen(echoes);
  const answers = new Answers(store, clock);
  const tail = new Tail(store, [log, answers], silentReport);
  tail.start();
  tails.push(tail);
  return new GroupRepository(
    store,
    log.groups,
    new GroupTime(clock),
    inc('s', tails.length),
    echoes,
    answers,
  );
};
const order = (more: Partial<Order> = {}): Order => ({
  actor: 'test',
  reason: null,
  correlationId: 'c',
  commandId: randomUuid(),
  requestHash: 'h',
  ...more,
});
const register = (runner: string): ElectionCommand => ({
  type: 'RegisterRunner',
  runner,
  incarnation: inc(runner),
  ready: true,
  previousExited: null,
});
const taint = (key: string): ElectionCommand => ({
  type: 'TaintRunner',
  runner: 'b',
  key,
  effect: 'NoLead',
  expiresAt: null,
  ttlMs: null,
  until: null,
});
const history = async (): Promise<StoredEvent[]> => collect(store.read(streamOf('g')));

beforeEach(async () => {
  store = new FaultyStore(await SqliteEventStore.open(':memory:'));
  clock = new ManualClock();
});
afterEach(async () => {
  for (const tail of tails) await tail.stop();
  tails = [];
  await store.close();
});

describe('group repository', () => {
  it('a command on a known group costs one append and no read', async () => {
    const repository = another();
    await repository.transact('g', register('a'), order());
    await repository.transact('g', register('b'), order());
    const before = { ...store.calls };
    for (let n = 0; n < 10; n++)
      expect((await repository.transact('g', taint(`k${n}`), order())).changed).toBe(true);
    expect(store.calls).toEqual({ ...before, append: before.append + 10 });
  });

  it('two writers race: each command is decided on what is true, none is lost, versions have no gap', async () => {
    const [one, two] = [another(), another()];
    await one.transact('g', register('a'), order());
    await one.transact('g', register('b'), order());
    await Promise.all(
      Array.from({ length: 16 }, (_, n) => (n % 2 ? one : two).transact('g', taint(`k${n}`), order())),
    );
    const events = await history();
    expect(events.map((e) => e.version)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter((e) => e.type === 'RunnerTainted')).toHaveLength(16);
    expect((await two.refresh('g')).state.runners.get('b')!.taints).toHaveLength(16);
  });

  it("refuses on the store's head, not on what it last knew", async () => {
    const [one, two] = [another(), another()];
    await one.transact('g', register('a'), order());
    await expect(two.transact('g', taint('k'), order())).rejects.toMatchObject({ code: 'runner-unknown' });
    await one.transact('g', register('b'), order());
    expect((await two.transact('g', taint('k'), order())).changed).toBe(true);
  });

  it('a repeated command id is answered with the first run, on any server; another body is refused', async () => {
    const [one, two] = [another(), another()];
    await one.transact('g', register('b'), order());
    const commandId = derivedUuid('g', 'test', 'key');
    const first = await one.transact('g', taint('k'), order({ commandId }));
    const again = await two.transact('g', taint('k'), order({ commandId }));
    expect(again).toMatchObject({ changed: false, firstVersion: first.firstVersion, count: first.count });
    expect(await two.recorded('g', again)).toEqual(await one.recorded('g', first));
    await expect(
      two.transact('g', taint('k'), order({ commandId, requestHash: 'other' })),
    ).rejects.toMatchObject({ code: 'idempotency-key-reused' });
  });

  it('one key for two wishes at the same moment on two servers: the first is done, the second is refused, not called done', async () => {
    const [one, two] = [another(), another()];
    await one.transact('g', register('b'), order());
    await two.refresh('g'); // both know the same version
    const commandId = derivedUuid('g', 'test', 'key');
    await one.transact('g', taint('k'), order({ commandId }));
    await expect(
      two.transact('g', taint('x'), order({ commandId, requestHash: 'other' })),
    ).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    expect((await history()).filter((e) => e.type === 'RunnerTainted')).toHaveLength(1);
  });

  it('a command with a key that changed nothing changes nothing when it is repeated, on any server, whatever came between', async () => {
    const [one, two] = [another(), another()];
    for (const runner of ['a', 'b']) await one.transact('g', register(runner), order());
    const untaint = { type: 'UntaintRunner', runner: 'b', key: 'k', cause: 'request' } as const;
    const keyed = order({ commandId: derivedUuid('g', 'ana', 'key') });
    expect(await one.transact('g', untaint, keyed)).toMatchObject({ changed: false, count: 0 });
    await one.transact('g', taint('k'), order());
    for (const server of [two, one, another()])
      expect(await server.transact('g', untaint, keyed)).toMatchObject({ changed: false, count: 0 });
    expect((await one.refresh('g')).state.runners.get('b')!.taints).toHaveLength(1);
    await expect(two.transact('g', taint('x'), { ...keyed, requestHash: 'other' })).rejects.toMatchObject({
      code: 'idempotency-key-reused',
    });
    expect(await two.transact('g', untaint, order())).toMatchObject({ changed: true }); // a new wish
  });

  it('chains hashes and never lets `at` go back', async () => {
    const repository = another();
    await repository.transact('g', register('a'), order());
    clock.advance(-60_000);
    await repository.transact('g', register('b'), order());
    let previous = GENESIS_HASH;
    const ats: string[] = [];
    for (const { version, type, data, meta } of await history()) {
      const { hash, ...rest } = meta as { hash: string; at: string };
      expect(hash).toBe(chainHash(previous, { group: 'g', version, type, data, meta: rest }));
      previous = hash;
      ats.push(rest.at);
    }
    expect(ats).toEqual([...ats].sort());
  });

  it('a store that is away refuses, and nothing is written', async () => {
    const repository = another();
    await repository.transact('g', register('b'), order());
    store.isDown = true;
    await expect(repository.transact('g', taint('k'), order())).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    store.isDown = false;
    expect((await history()).some((e) => e.type === 'RunnerTainted')).toBe(false);
    expect((await repository.transact('g', taint('k'), order())).changed).toBe(true);
  });

  it('a command is answered with what stands in the log, positions and all, without asking the store for it', async () => {
    const repository = another();
    await repository.transact('g', register('b'), order());
    const before = { ...store.calls };
    const plain = await repository.transact('g', taint('k'), order());
    const keyed = await repository.transact(
      'g',
      taint('l'),
      order({ commandId: derivedUuid('g', 'test', 'key') }),
    );
    for (const receipt of [plain, keyed])
      expect(await repository.recorded('g', receipt)).toHaveLength(receipt.count);
    // one with a key looks once whether it was answered before
    expect(store.calls).toEqual({ ...before, append: before.append + 2, read: before.read + 1 });
    const stored = (await history()).slice(plain.firstVersion - 1);
    expect([...plain.events!, ...keyed.events!].map(({ position, meta }) => [position, meta.id])).toEqual(
      stored.map(({ position, id }) => [position, id]),
    );
  });

  it('the first event of an append has the command as it was asked; every event has its place in the append', async () => {
    const repository = another();
    await repository.transact('g', register('a'), order());
    const metas = (await history()).map(({ meta }) => meta as { v: number; part: object; command?: object });
    expect(metas.map(({ v, part }) => [v, part])).toEqual(
      metas.map((_, index) => [1, { index, of: metas.length }]),
    );
    expect(metas.length).toBeGreaterThan(2); // the group, the runner, the election
    expect(metas.map(({ command }) => command)).toEqual([
      register('a'),
      ...metas.slice(1).map(() => undefined),
    ]);
  });

  it('a store that answers nothing although it wrote: the command is done once it was read back', async () => {
    const repository = another();
    await repository.transact('g', register('b'), order());
    store.losesAnswers = true;
    const receipt = await repository.transact('g', taint('k'), order());
    expect(receipt).toMatchObject({ changed: true, firstVersion: 4 });
    store.losesAnswers = false;
    expect((await repository.transact('g', taint('l'), order())).changed).toBe(true);
  });

  it('a tail that does not come along: the command is answered from the store', async () => {
    const repository = another();
    await repository.transact('g', register('b'), order());
    store.mute();
    const keyed = await repository.transact(
      'g',
      taint('k'),
      order({ commandId: derivedUuid('g', 'test', 'key') }),
    );
    expect(keyed.changed).toBe(true);
    expect((await repository.recorded('g', keyed)).map(({ type }) => type)).toContain('RunnerTainted');
  });
});
