import { describe, expect, it } from '@jest/globals';
import { CLASSES, type Class } from './classes.js';
import { Turns } from './turns.js';

/** An event loop whose turns and time the test makes. */
function loop() {
  let nowMs = 0;
  let coming: (() => void)[] = [];
  const order: string[] = [];
  const turns = new Turns(
    () => nowMs,
    (act) => void coming.push(act),
  );
  const enter = (of: Class, name: string, costMs: number, isGone = () => false): boolean =>
    turns.enter(
      of,
      () => {
        order.push(name);
        nowMs += costMs;
      },
      isGone,
    );
  const turn = (): void => {
    const acts = coming;
    coming = [];
    for (const act of acts) act();
  };
  return {
    turns,
    enter,
    turn,
    order,
    untilEmpty: () => {
      for (let n = 0; coming.length > 0 && n < 10_000; n++) turn();
    },
  };
}

describe('turns', () => {
  it('everybody begins at once while a turn has time', () => {
    const { enter, order } = loop();
    for (const of of CLASSES) enter(of, of, 1);
    expect(order).toEqual(CLASSES);
  });

  it('when a turn has had its time, beats of leaders still begin, the others in the order of their classes', () => {
    const { enter, order, untilEmpty } = loop();
    enter('read', 'long', 100);
    for (const of of [...CLASSES].reverse()) for (const n of [1, 2]) enter(of, `${of} ${n}`, 50);
    expect(order).toEqual(['long', 'leader-beat 1', 'leader-beat 2']);
    untilEmpty();
    expect(order).toHaveLength(13);
    expect(order.indexOf('beat 1')).toBeLessThan(order.indexOf('command 1'));
    expect(order.indexOf('command 1')).toBeLessThan(order.indexOf('audit 1'));
    expect(order.filter((name) => name.startsWith('audit'))).toEqual(['audit 1', 'audit 2']);
  });

  it('one of each class begins in every turn, however many of a better one wait', () => {
    const { enter, order, turn } = loop();
    enter('read', 'long', 1_000);
    for (let n = 0; n < 100; n++) enter('command', 'command', 30);
    enter('audit', 'audit', 1);
    turn(); // the end of the first one
    turn();
    expect(order).toContain('audit');
    expect(order.filter((name) => name === 'command').length).toBeLessThan(5);
  });

  it('too many are refused, whoever has gone is passed over, and nobody is forgotten', () => {
    const { enter, order, turns, untilEmpty } = loop();
    enter('read', 'long', 1_000);
    const let_in = Array.from({ length: 600 }, (_, n) => enter('stream', `s${n}`, 0, () => n === 7));
    expect(let_in.filter(Boolean)).toHaveLength(500);
    untilEmpty();
    expect(order).toHaveLength(500);
    expect(order).not.toContain('s7');
    expect([...turns.waitingCounts.values()].every((count) => count === 0)).toBe(true);
  });
});
