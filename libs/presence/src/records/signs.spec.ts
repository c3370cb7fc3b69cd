import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inc } from '@conclave/processes';
import { Roll, type Process } from '../hearing/roll.js';
import { Names } from './names.js';
import { Naming } from './naming.js';
import { Signs, type Sign } from './signs.js';

const HOUR = 3_600_000;
const about = (runner: string, life = 1) => ({ group: 'g', runner, incarnation: inc(runner, life) });

/** A server that hears signs of life, writes them, and reads them back. */
function server(noCrowd = 10_000) {
  const [roll, names] = [new Roll(), new Names()];
  const naming = new Naming(inc('s'), names, noCrowd);
  const sign = (runner: string, life: number, sequence: number, unanswered: number): Sign => {
    const of = about(runner, life);
    return { about: of, process: roll.enterProcess(of), sequence, unanswered };
  };
  const write = (signs: readonly Sign[], opened: readonly string[], nowMs: number) =>
    naming.record(
      [],
      opened.map((runner) => about(runner)),
      1,
      nowMs,
      signs,
    );
  /** The sequences that it reads of each process, some of them past the names. */
  const readBack = (data: ReturnType<typeof write>, nowMs: number) => {
    const read: [string, number][] = [];
    const known = new Map(processes().map((one) => [one, one.incarnation]));
    const heard = (life: Process, sequence: number) => void read.push([known.get(life)!, sequence]);
    const beats = names.read(data, nowMs, { processOf: (of) => roll.processOf(of), heard });
    naming.cameBack(data, nowMs);
    return [...read, ...beats.map((beat): [string, number] => [beat!.incarnation, beat!.sequence])];
  };
  const processes = () =>
    ['a', 'b', 'c'].flatMap((runner) => [1, 2].flatMap((life) => roll.processOf(about(runner, life)) ?? []));
  return { roll, names, sign, write, readBack };
}

describe('signs of life', () => {
  it('are read as they were heard, by their server and all others, whatever is lost, forgotten or named anew', () => {
    const runner = fc.constantFrom('a', 'b', 'c');
    const signs = fc.record({
      runner,
      life: fc.integer({ min: 1, max: 2 }),
      sequence: fc.integer({ min: 1, max: 1e9 }),
      unanswered: fc.integer({ min: 0, max: 3 }),
    });
    const steps = fc.array(
      fc.record({
        signs: fc.array(signs, { maxLength: 4 }),
        opened: fc.array(runner, { maxLength: 2 }),
        isLost: fc.boolean(),
        forgotten: fc.option(runner),
        afterMs: fc.constantFrom(0, 0, 1_000, 1_000, HOUR, 2 * HOUR),
      }),
      { maxLength: 12 },
    );
    let short = 0;
    fc.assert(
      fc.property(steps, fc.constantFrom(0, 10_000), (all, noCrowd) => {
        const { roll, sign, write, readBack } = server(noCrowd);
        const others = new Names();
        let nowMs = 0;
        for (const step of all) {
          const heard = step.signs.map((one) => sign(one.runner, one.life, one.sequence, one.unanswered));
          const data = write(heard, step.opened, (nowMs += step.afterMs));
          if (step.forgotten !== null) roll.forget(about(step.forgotten), false);
          if (step.isLost) continue;
          const told = heard.map((one): [string, number] => [one.about.incarnation, one.sequence]);
          const read = others
            .read(data, nowMs)
            .map((beat): [string, number] => [beat!.incarnation, beat!.sequence]);
          expect(read).toEqual(told);
          const own = readBack(data, nowMs);
          expect(own.toSorted()).toEqual(told.toSorted());
          if (data.n === undefined) short += told.length;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(short).toBeGreaterThan(300);
  });

  it('have one number for a name in a generation, also when a record of the one before is late', () => {
    const { sign, write, readBack } = server();
    const late = write([sign('a', 1, 1, 1)], [], 0);
    const [second] = write([sign('a', 1, 2, 1)], [], HOUR).n!;
    readBack(late, HOUR);
    expect(write([sign('a', 1, 3, 1)], [], HOUR).n).toEqual([second]);
  });

  it('leave nothing with a process of all the names of that hour, which it may outlive here for days', () => {
    const { roll, sign, write, readBack } = server();
    readBack(write([sign('a', 1, 1, 1), sign('b', 1, 1, 1)], [], 0), 0);
    const { namedBy } = roll.processOf(about('a'))!;
    expect(namedBy).not.toBeNull();
    expect(Object.keys(namedBy!)).toEqual([]);
  });

  it('are written once for each process, the newest, unless it is old; the others wait for the next record', () => {
    const [{ sign }, signs] = [server(), new Signs()];
    const put = (runner: string, sequence: number, heardMs: number) => {
      const { about: of, process } = sign(runner, 1, sequence, 1);
      signs.put({ ...of, sequence }, process, 1, heardMs, 1_000);
    };
    put('a', 1, 0);
    put('b', 1, 0);
    put('a', 2, 500);
    expect(signs.size).toBe(2);
    expect(signs.take(1, 1_200).map(({ about: { runner }, sequence }) => [runner, sequence])).toEqual([
      ['a', 2],
    ]);
    expect([signs.size, signs.take(1, 1_200), signs.size]).toEqual([1, [], 0]); // b was heard too long ago
    put('a', 3, 1_200);
    expect(signs.take(9, 1_200)).toMatchObject([{ sequence: 3 }]);
  });
});
