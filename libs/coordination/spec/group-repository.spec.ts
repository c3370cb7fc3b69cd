import { describe, expect, it } from '@jest/globals';
import type { ActivateRunner } from '@conclave/election';
import { chainHash, GENESIS_HASH } from '@conclave/event-store';
import { to } from '@conclave/testing';
import { another, clock, history, order, register, stopTails, store, taint } from './repository.fixture.js';

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

  it('a writer that the news does not reach decides on what it conflicts with', async () => {
    const [one, two] = [another(), another()];
    await one.transact('g', register('a'), order());
    await two.refresh('g');
    await stopTails();
    await one.transact('g', register('b'), order());
    expect((await two.transact('g', register('c'), order())).changed).toBe(true);
    expect([...(await one.refresh('g')).state.runners.keys()]).toEqual(['a', 'b', 'c']);
  });

  it("refuses on the store's head, not on what it last knew", async () => {
    const [one, two] = [another(), another()];
    await one.transact('g', register('a'), order());
    await expect(two.transact('g', taint('k'), order())).rejects.toMatchObject({ code: 'runner-unknown' });
    await one.transact('g', register('b'), order());
    expect((await two.transact('g', taint('k'), order())).changed).toBe(true);
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

  it('the first event of an append has the command as it was asked; every event has its place in the append', async () => {
    const repository = another();
    await repository.transact('g', register('a'), order());
    const metas = (await history()).map(({ meta }) => meta as { v: number; part: object; command?: object });
    expect(metas.map(({ v, part }) => [v, part])).toEqual(
      metas.map((_, index) => [3, { index, of: metas.length }]),
    );
    expect(metas.length).toBeGreaterThan(2); // the group, the runner, the election
    expect(metas.map(({ command }) => command)).toEqual([
      register('a'),
      ...metas.slice(1).map(() => undefined),
    ]);
  });

  it('an event says which minor form it needs, and no more', async () => {
    const repository = another();
    for (const runner of ['a', 'b', 'c']) await repository.transact('g', to.register(runner), order());
    const { type: _, ...c } = to.activate('c') as ActivateRunner;
    await repository.transact('g', to.activate('a'), order());
    await repository.transact('g', { ...(to.activate('b') as ActivateRunner), also: [c] }, order());
    const told = (await history()).map(({ type, meta }) => [type, (meta as { minor?: number }).minor]);
    expect(told.filter(([, minor]) => minor !== undefined)).toEqual([['RunnerActivated', 1]]);
    expect(told.slice(-2)).toEqual([
      ['RunnerActivated', 1],
      ['RunnerActivated', undefined],
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

  it('a queue that only grows is refused before it fills the memory', async () => {
    const repository = another();
    await repository.transact('g', register('b'), order());
    const answers = await Promise.allSettled(
      Array.from({ length: 2_100 }, (_, n) =>
        repository.transact('g', taint(`k${n % 10}`), order({ reason: `${n}` })),
      ),
    );
    const refused = answers.filter((a) => a.status === 'rejected');
    expect(refused).toHaveLength(100);
    expect(refused[0]!.reason).toMatchObject({ code: 'overloaded' });
  });
});
