import { expect, it } from '@jest/globals';
import { Groups, type GroupState, type RecordedEvent } from '@conclave/election';
import { isoOf } from '@conclave/kernel';
import { inc, until } from '@conclave/processes';
import { ManualClock, on } from '@conclave/testing';
import { GroupTime, type Send } from '@conclave/coordination';
import { Activations } from '../src/answers/activations.js';

type Told = { runner: string; lastSeenAt: string | null; silentMs: number | null };
type Sent = Told & { group: string; done: () => void; fail: (error: Error) => void };

function world() {
  const clock = new ManualClock();
  const sent: Sent[] = [];
  const told: string[] = [];
  const send = (async (group: string, { runner, lastSeenAt, silentMs }: Told) =>
    new Promise((done, fail) =>
      sent.push({ group, runner, lastSeenAt, silentMs, done: () => done({ position: '1' }), fail }),
    )) as unknown as Send;
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

it('of very many some come with a later beat; one of a group that nobody leads is not among them', async () => {
  const { begin, sent } = world();
  const [all, led] = [Array.from({ length: 1_001 }, (_, n) => `r${n}`), stateOf('g')];
  const begun = all.map((runner) => begin('g', runner, led));
  expect(begun.map((answer) => answer !== null)).toEqual(all.map((_, n) => n < 1_000));
  expect(begin('nobody-leads', 'b', vacant('nobody-leads'))).not.toBeNull();
  expect(begin('nobody-leads', 'c', vacant('nobody-leads'))).toBeNull();
  await until('one of each group is sent', () => sent.length === 2);
  for (const { done } of sent.slice(0, 2)) done();
  await until('the next one is', () => sent.length === 3);
  expect(begin('g', 'r1000', led)).not.toBeNull();
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

it('of a group one at a time, so that those of a large one leave places to others', async () => {
  const { begin, sent } = world();
  for (let n = 0; n < 100; n++) void begin('large', `r${n}`);
  void begin('g', 'b');
  await until('both have begun', () => sent.length >= 2);
  expect(sent.map(({ group, runner }) => [group, runner])).toEqual([
    ['large', 'r0'],
    ['g', 'b'],
  ]);
});

it('who may lead at once does not wait for those who may not, however long these take', async () => {
  const { begin, sent } = world();
  for (let g = 0; g < 100; g++) void begin(`g${g}`, 'b');
  void begin('nobody-leads', 'b', vacant('nobody-leads'));
  await until('it is sent', () => sent.some(({ group }) => group === 'nobody-leads'));
  await until('as many others as may', () => sent.length === 65);
});
