import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isoOf } from '@conclave/kernel';
import { inc } from '@conclave/processes';
import { Names, type RecordedBeat } from './names.js';
import { Naming } from './naming.js';
import { readRecord, type DataOf } from './records.js';

const HOUR = 3_600_000;
const beat = (runner: string, sequence: number, more: Partial<RecordedBeat> = {}): RecordedBeat => ({
  group: `group-${runner}`,
  runner,
  incarnation: inc(runner),
  sequence,
  acked: sequence - 1,
  term: 1,
  ...more,
});
const stored = (data: object) => ({
  stream: 'presence',
  version: 1,
  position: '1',
  id: inc('id'),
  type: 'BeatsObserved',
  data,
  meta: { v: 3, at: isoOf(0) },
});
/** A server that writes and reads back at once. */
function writer(instance = inc('s'), noCrowd = 10_000) {
  const names = new Names();
  const naming = new Naming(instance, names, noCrowd);
  const readBack = (data: DataOf<'BeatsObserved'>, nowMs: number) => {
    names.read(data, nowMs);
    if (naming.isOwn(data)) naming.cameBack(data, nowMs);
  };
  const write = (beats: RecordedBeat[], nowMs = 0, isReadBack = true, opened: RecordedBeat[] = []) => {
    const data = naming.record(beats, opened, 1, nowMs);
    if (isReadBack) readBack(data, nowMs);
    return data;
  };
  return { names, naming, write, readBack };
}
const throughJson = (data: DataOf<'BeatsObserved'>) =>
  readRecord(stored(JSON.parse(JSON.stringify(data)) as object))!.data as DataOf<'BeatsObserved'>;

describe('numbers for names in records of beats', () => {
  it('whoever reads the log reads what was heard, whatever was lost between writer and log', () => {
    const beats = fc.record({
      runner: fc.constantFrom('a', 'b', 'c'),
      sequence: fc.integer({ min: 1, max: 1e9 }),
      unanswered: fc.integer({ min: 0, max: 9 }),
      term: fc.option(fc.integer({ min: 0, max: 3 })),
      draining: fc.boolean(),
      life: fc.integer({ min: 1, max: 3 }),
    });
    const records = fc.array(
      fc.record({
        server: fc.constantFrom('s', 't'),
        beats: fc.array(beats, { maxLength: 5 }),
        opened: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
        isLost: fc.boolean(),
        afterMs: fc.constantFrom(0, 1_000, HOUR / 2, HOUR),
      }),
    );
    fc.assert(
      fc.property(records, fc.constantFrom(0, 2, 10_000), (all, noCrowd) => {
        const writers = { s: writer(inc('s'), noCrowd), t: writer(inc('t'), noCrowd) };
        const reader = new Names();
        let nowMs = 0;
        for (const { server, isLost, ...one } of all) {
          const heard = one.beats.map(({ runner, sequence, unanswered, term, draining, life }) =>
            beat(runner, sequence, {
              acked: sequence - unanswered,
              term,
              incarnation: inc(runner, life),
              ...(draining && { draining: true as const }),
            }),
          );
          const opened = one.opened.map((runner) => beat(runner, 1));
          const data = throughJson(
            writers[server as 's'].write(heard, (nowMs += one.afterMs), false, opened),
          );
          if (isLost) continue; // nobody ever reads it, the writer neither
          for (const { readBack } of Object.values(writers)) readBack(data, nowMs);
          expect(reader.read(data, nowMs)).toEqual(heard);
          expect(reader.openedIn(data)).toEqual(
            opened.map(({ group, runner, incarnation }) => ({ group, runner, incarnation })),
          );
        }
      }),
    );
  });

  it('20 leaders that beat every 5 s: under 250 bytes a record', () => {
    const { write } = writer();
    const leaders = Array.from({ length: 20 }, (_, n) => `deploy-agent-${n}`);
    write(leaders.map((name) => beat(name, 1_000_000)));
    let most = 0;
    for (let n = 1; n < 720; n++) {
      // the generation's last records are its longest
      const data = write(
        leaders.map((name) => beat(name, 1_000_000 + n)),
        n * 5_000,
      );
      most = Math.max(most, JSON.stringify(data).length + JSON.stringify({ v: 3, at: isoOf(0) }).length);
    }
    expect(most).toBeLessThanOrEqual(250);
  });

  it('a name is said again until it has come back, and anew after an hour', () => {
    const { write } = writer();
    expect(write([beat('a', 5)], 0, false).n).toHaveLength(1);
    expect(write([beat('a', 6)], 0).n).toHaveLength(1);
    expect(write([beat('a', 7)], 0).n).toBeUndefined();
    expect(write([beat('a', 8)], HOUR)).toMatchObject({
      g: 2,
      n: [[1, 'group-a', 'a', inc('a'), 1, 7]],
      b: [1, 1],
    });
  });

  it('names of a crowd keep their numbers: each is said again in two hours, never many at once', () => {
    const { write } = writer(inc('s'), 100);
    const crowd = Array.from({ length: 600 }, (_, n) => `r${n}`);
    let [before, most] = [write(crowd.map((name) => beat(name, 1))), 0];
    const saidMs = new Map(before.n!.map(([number]) => [number, 0]));
    for (let minute = 1; minute <= 400; minute++) {
      const nowMs = (minute * HOUR) / 60;
      const data = write(
        crowd.map((name) => beat(name, 1 + minute)),
        nowMs,
      );
      expect(data).toMatchObject({ g: 1, b: before.b.map((of, at) => Number(of) + (at % 2)) });
      for (const [number] of data.n ?? []) saidMs.set(number, nowMs);
      expect(nowMs - Math.min(...saidMs.values())).toBeLessThanOrEqual(2 * HOUR);
      most = Math.max(most, data.n?.length ?? 0);
      before = data;
    }
    expect(most).toBeLessThan(600 / 12);
  });

  it('a name of a crowd that is said again, and lost, is said once more', () => {
    const { write } = writer(inc('s'), 0);
    const { n } = write([beat('a', 5)]);
    expect(write([beat('a', 6)], 2 * HOUR, false).n).toEqual(n);
    expect(write([beat('a', 7)], 2 * HOUR).n).toEqual(n);
    expect(write([beat('a', 8)], 2 * HOUR).n).toBeUndefined();
  });

  it('numbers are given anew once most of a crowd has gone', () => {
    const { write } = writer(inc('s'), 4);
    const crowd = ['a', 'b', 'c', 'd', 'e'].map((name) => beat(name, 1));
    write(crowd);
    expect(write(crowd.slice(0, 1), HOUR).g).toBe(1); // all were there in this hour
    expect(write(crowd.slice(0, 1), 2 * HOUR)).toMatchObject({ g: 2, b: [1, 1] });
  });

  it('who begins to read later knows nobody until the name is said again', () => {
    const { write } = writer();
    write([beat('a', 1)]);
    const late = new Names();
    expect(late.read(write([beat('a', 2), beat('b', 1)]), 0)).toEqual([null, beat('b', 1)]);
    expect(late.read(write([beat('a', 3)], HOUR), HOUR)).toEqual([beat('a', 3)]);
  });

  it('a snapshot brings them back', () => {
    const { names, write } = writer();
    write([beat('a', 1)]);
    const restored = new Names();
    restored.restore(structuredClone([...names.saved()]), 0);
    expect(restored.read(write([beat('a', 2)]), 0)).toEqual([beat('a', 2)]);
  });

  it('of very many writers those that were silent longest are forgotten', () => {
    const reader = new Names();
    const first = writer();
    reader.read(first.write([beat('a', 1)]), 0);
    for (let n = 0; n < 64; n++) reader.read(writer(inc('w', n)).write([beat('a', 1)]), 0);
    expect(reader.read(first.write([beat('a', 2)]), 0)).toEqual([null]);
  });

  it('a server that restarts is another writer each time: those that write no more are forgotten, also by a snapshot', () => {
    let reader = new Names();
    const other = writer(inc('other'));
    reader.read(other.write([beat('b', 1)]), 0);
    for (let n = 0; n < 24; n++) {
      const atMs = n * HOUR;
      const restored = new Names();
      restored.restore(structuredClone([...reader.saved()]), atMs);
      reader = restored;
      reader.read(writer(inc('w', n)).write([beat('a', 1)]), atMs);
      expect(reader.read(other.write([beat('b', n + 2)], 0), atMs + 1)).toEqual([beat('b', n + 2)]);
    }
    expect([...reader.saved()].length).toBeLessThanOrEqual(4);
  });
});
