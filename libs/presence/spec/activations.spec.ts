import { expect, it } from '@jest/globals';
import { Groups, type GroupState, type RecordedEvent } from '@conclave/election';
import { isoOf } from '@conclave/kernel';
import { inc, until } from '@conclave/processes';
import { ManualClock, on } from '@conclave/testing';
import { GroupTime, type Send } from '@conclave/coordination';
import { Activations } from '../src/answers/activations.js';

type Told = { runner: string; lastSeenAt: string | null; silentMs: number | null };
type Sent = Told & { also: Told[]; group: string; done: () => void; fail: (error: Error) => void };

function world() {
  const clock = new ManualClock();
  const sent: Sent[] = [];
  const told: string[] = [];
  const send = (async (
    group: string,
    { runner, lastSeenAt, silentMs, also = [] }: Told & { also?: Told[] },
  ) =>
    new Promise((done, fail) => {
      sent.push({ group, runner, lastSeenAt, silentMs, also, done: () => done({ position: '1' }), fail });
    })) as unknown as Send;
  const activations = new Activations({
    time: new GroupTime(clock),
    send,
    log: { to: async () => undefined } as never,
    nowMs: () => 0,
    problem: (message) => told.push(message),
  });
  const begin = (group: string, runner: string, state = stateOf(group), seenMs: number | null = null) =>
    activations.begin({ group, runner, incarnation: inc(runner), sequence: 1 }, state, seenMs);
  return { begin, sent, told, clock };
}

const LED = [on.configured(), on.registered('a'), on.activated('a'), on.elected('a', 1)];

function stateOf(group: string, story = LED): GroupState {
  const groups = new Groups();
  story.forEach(({ event, at }, n) => {
    const meta = { at, actor: 'x', reason: null, commandId: inc('c'), hash: '' };
    groups.apply([
      { ...event, group, version: n + 1, position: String(n + 1), meta } as unknown as RecordedEvent,
    ]);
  });
  return groups.get(group)!;
}
const vacant = (group: string) => stateOf(group, LED.slice(0, 2));

it('a beat waits until its runner is active, another one of the same process with it', async () => {
  const { begin, sent } = world();
  const answers = [begin('g', 'b'), begin('g', 'b')];
  await until('it is sent', () => sent.length > 0);
  sent[0]!.done();
  for (const answer of answers) await answer;
  expect(sent.map(({ runner }) => runner)).toEqual(['b']);
  void begin('g', 'b');
  await until('it may be sent anew', () => sent.length === 2);
});

it('a beat is refused as the store refuses it, but does not wait for long: later that is told to people', async () => {
  const { begin, sent, told } = world();
  const refused = begin('g', 'b');
  await until('it is sent', () => sent.length > 0);
  sent[0]!.fail(new Error('the disk is full'));
  await expect(refused).rejects.toThrow('the disk is full');
  expect(told).toEqual([]);
  await begin('g', 'c'); // nothing becomes of it
  sent[1]!.fail(new Error('the store is away'));
  await until('it is told', () => told.length > 0);
  expect(told).toEqual([
    'runner "c" of group "g" could not be made active, its next beat tries again: the store is away',
  ]);
});

it('of very many groups some come with a later beat; one that nobody leads is not among them', async () => {
  const { begin, sent } = world();
  const begun = Array.from({ length: 1_001 }, (_, n) => begin(`g${n}`, 'b'));
  expect(begun.filter((answer) => answer === null)).toHaveLength(1);
  expect(begun[1_000]).toBeNull();
  expect(begin('nobody-leads', 'b', vacant('nobody-leads'))).not.toBeNull();
  expect(begin('g0', 'c')).not.toBeNull(); // in an append that is made anyway
  await until('as many are sent as may be', () => sent.length === 65);
  for (const { group, done } of sent) if (group === 'g1' || group === 'g2') done();
  await Promise.all([begun[1], begun[2]]);
  expect(begin('g1000', 'b')).not.toBeNull();
});

it('what is recorded as its silence began before it was away, however often it was heard in vain since', async () => {
  const { begin, sent, clock } = world();
  const [nowMs, heardAt] = [clock.wallMs(), isoOf(clock.wallMs() - 60_000)];
  const at = isoOf(nowMs - 40_000);
  const missed = { ...on.missed('a', { lastSeenAt: heardAt }), at };
  const silent = stateOf('g', [...LED, missed]);
  void begin('g', 'a', silent, nowMs - 5_000);
  void begin('h', 'a', silent, nowMs - 50_000); // heard just before it was given up
  void begin('new', 'b', stateOf('new', [{ ...on.registered('b'), at }]), nowMs - 5_000);
  await until('they are sent', () => sent.length === 3);
  const recorded = sent.map(({ group, lastSeenAt, silentMs }) => [group, { lastSeenAt, silentMs }]);
  expect(Object.fromEntries(recorded)).toEqual({
    g: { lastSeenAt: heardAt, silentMs: 60_000 },
    h: { lastSeenAt: isoOf(nowMs - 50_000), silentMs: 50_000 },
    new: { lastSeenAt: null, silentMs: null },
  });
});

it('who comes in one turn is in one append of his group, who comes meanwhile in the next one', async () => {
  const { begin, sent } = world();
  const all = Array.from({ length: 251 }, (_, n) => begin('large', `r${n}`));
  void begin('g', 'b');
  expect(all.map((answer, n) => (answer === null ? n : 0)).filter((n) => n > 0)).toEqual([250]);
  await until('both have begun', () => sent.length === 2);
  expect(sent.map(({ group, runner, also }) => [group, runner, also.length])).toEqual([
    ['large', 'r0', 99],
    ['g', 'b', 0],
  ]);
  const others = [begin('large', 'r250'), begin('large', 'r251')];
  for (const [n, [first, more]] of [
    ['r0', 99],
    ['r100', 99],
    ['r200', 51],
  ].entries()) {
    const append = sent.filter(({ group }) => group === 'large')[n]!;
    expect([append.runner, append.also.length]).toEqual([first, more]);
    if (n === 2) break;
    append.done();
    await until('the next ones are sent', () => sent.length === n + 3);
  }
  for (const answer of all.slice(0, 200)) await answer;
  const failed = Promise.allSettled([...all.slice(200, 250), ...others]);
  sent.at(-1)!.fail(new Error('the disk is full'));
  expect(new Set((await failed).map(({ status }) => status))).toEqual(new Set(['rejected']));
  void begin('large', 'r250');
  await until('it may be sent anew', () => sent.length === 5);
});

it('who may lead at once does not wait for those who may not, however long these take', async () => {
  const { begin, sent } = world();
  for (let g = 0; g < 100; g++) void begin(`g${g}`, 'b');
  void begin('nobody-leads', 'b', vacant('nobody-leads'));
  await until('it is sent', () => sent.some(({ group }) => group === 'nobody-leads'));
  await until('as many others as may', () => sent.length === 65);
});
