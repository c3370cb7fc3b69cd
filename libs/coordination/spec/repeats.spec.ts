import { describe, expect, it } from '@jest/globals';
import { derivedUuid } from '@conclave/kernel';
import { another, history, order, register, store, taint } from './repository.fixture.js';

describe('commands with a key', () => {
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

  it('one key twice at once: both are answered from what is read back, and nobody waits behind them', async () => {
    const repository = another();
    await repository.transact('g', register('b'), order());
    const keyed = order({ commandId: derivedUuid('g', 'test', 'key') });
    const before = store.calls.read;
    const [one, two] = await Promise.all([1, 2].map(async () => repository.transact('g', taint('k'), keyed)));
    expect([one!.changed, two!.changed]).toEqual([true, false]);
    // one look for an earlier answer each, and one at the head before the repeat is answered
    expect(store.calls.read - before).toBe(3);
  });

  it('a store that acknowledges late, or never: what was read back is done, and the next command has its turn', async () => {
    const repository = another();
    await repository.transact('g', register('b'), order());
    store.acknowledges = false;
    expect(await repository.transact('g', taint('k'), order())).toMatchObject({ changed: true });
    expect(await repository.transact('g', taint('l'), order())).toMatchObject({ changed: true });
    const types = (await history()).map(({ type }) => type);
    expect(types.filter((type) => type === 'RunnerTainted')).toHaveLength(2);
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
