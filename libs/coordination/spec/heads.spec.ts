import { expect, it } from '@jest/globals';
import { GroupLog, streamOf } from '@conclave/election';
import { collect } from '@conclave/testing';
import { Heads } from '@conclave/coordination';
import { until } from '@conclave/processes';
import { VersionConflict, type EventStore } from '@conclave/event-store';
import { another, emptyStore, order, register, stopTails, store, taint } from './repository.fixture.js';

// L13: what a server has written itself, and not read back, it knows all the same.

it('what was written here and is lost with a restored backup is told, and nothing is written in its place', async () => {
  const repository = another();
  const kept = (await repository.transact('g', register('a'), order())).state.version;
  await stopTails(); // it lags from here on: the tail's own place stands in the backup as well
  await repository.transact('g', register('b'), order());
  const known = (await repository.refresh('g')).state.version;
  const [all, backup] = [await collect(store.read(streamOf('g'))), await emptyStore()];
  await backup.append(streamOf('g'), 0, all.slice(0, kept));
  store.replacedBy(backup);
  const told: unknown[] = [];
  repository.heads.onLost = (head, why) => told.push(head.state.version, why);
  await expect(repository.transact('g', taint('k'), order())).rejects.toMatchObject({
    code: 'store-unavailable',
    message: expect.stringContaining('nothing is written'),
  });
  expect(told).toEqual([known, `version ${known} of group "g" is not in the log any more`]);
  expect(await collect(store.read(streamOf('g')))).toHaveLength(kept);
});

it('the same of a command that would change nothing, by what is lost', async () => {
  const repository = another();
  const { state } = await repository.transact('g', register('a'), order());
  await stopTails();
  await repository.transact('g', register('b'), order());
  const [all, backup] = [await collect(store.read(streamOf('g'))), await emptyStore()];
  await backup.append(streamOf('g'), 0, all.slice(0, state.version));
  store.replacedBy(backup);
  const told: string[] = [];
  repository.heads.onLost = (_, why) => told.push(why);
  const again = repository.transact('g', register('b'), order());
  await expect(again).rejects.toMatchObject({ code: 'store-unavailable' });
  expect(told).toHaveLength(1);
});

it('what the tail has read, before or after it was acknowledged, is not kept a second time', async () => {
  const repository = another();
  const kept = (repository.heads as unknown as { ahead: ReadonlyMap<string, unknown> }).ahead;
  for (const group of ['g', 'h']) await repository.transact(group, register('a'), order());
  await repository.refresh('g');
  await until('it has read all', () => kept.size === 0);
  await stopTails();
  await repository.transact('g', register('b'), order());
  expect([...kept.keys()]).toEqual(['g']);
});

it('a node that is behind for a moment is asked again', async () => {
  await another().transact('g', register('a'), order());
  let behind = 0;
  const read: EventStore['read'] = async function* (stream, from) {
    if (--behind !== 0) yield* store.read(stream, from);
  };
  const heads = new Heads({ read, nameOf: (stream) => stream, staleMs: 20 }, new GroupLog().groups);
  const { version } = (await heads.refresh('g')).state;
  const told: string[] = [];
  heads.onLost = (_, why) => told.push(why);
  behind = 1;
  await heads.afterConflict('g', new VersionConflict(streamOf('g'), version, version - 1));
  expect([behind, told, heads.latest('g').state.version]).toEqual([-3, [], version]);
});
