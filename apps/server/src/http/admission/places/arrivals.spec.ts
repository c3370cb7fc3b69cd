import { beforeEach, expect, it } from '@jest/globals';
import { Arrivals } from './arrivals.js';

// An event loop whose turns and time the test makes.
let nowMs: number;
let coming: (() => void)[];
let begun: string[];
let gone: Set<string>;
let arrivals: Arrivals;
beforeEach(() => {
  [nowMs, coming, begun, gone] = [0, [], [], new Set()];
  arrivals = new Arrivals(
    () => nowMs,
    (act) => void coming.push(act),
  );
});
const ask = (name: string): void =>
  arrivals.hold(
    () => begun.push(name),
    () => gone.has(name),
  );
function turn(tookMs = 0): void {
  nowMs += tookMs;
  const acts = coming;
  coming = [];
  for (const act of acts) act();
}

it('whoever comes alone begins when the end of his connection would have been read', () => {
  ask('a');
  turn();
  expect(begun).toEqual([]);
  turn();
  expect(begun).toEqual(['a']);
  expect(coming).toEqual([]);
});

it('of those who come in one a turn nobody begins before all are in, and who is gone by then not at all', () => {
  for (const name of 'abcdefgh') {
    arrivals.comeIn();
    ask(name);
    turn(1);
    expect(begun).toEqual([]);
  }
  gone.add('a').add('c');
  for (let n = 0; n < 3; n++) turn(1);
  expect(begun).toEqual(['b', 'd', 'e', 'f', 'g', 'h']);
});

it('what is sent behind the first on its connection waits with it, and nobody else who asks there', () => {
  const [own, other] = [{}, {}];
  const enter = (connection: object, name: string, mayWait = true): void =>
    arrivals.enter(
      connection,
      mayWait,
      () => begun.push(name),
      () => gone.has(name),
    );
  enter(other, 'beat', false);
  enter(other, 'order on a known connection');
  enter(own, 'pause');
  enter(own, 'beat behind it', false);
  enter(own, 'resume');
  expect(begun).toEqual(['beat', 'order on a known connection']);
  for (let n = 0; n < 2; n++) turn(1);
  enter(own, 'later');
  expect(begun.slice(2)).toEqual(['pause', 'beat behind it', 'resume', 'later']);
});

it('nobody waits for those behind him for longer than 20 ms, also where there is no end of them', () => {
  ask('a');
  for (let n = 0; n < 10; n++) {
    expect(begun).toEqual([]);
    arrivals.comeIn();
    turn(2);
  }
  expect(begun).toEqual(['a']);
});
