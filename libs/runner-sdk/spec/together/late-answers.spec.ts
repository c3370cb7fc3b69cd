import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { beatJointly } from '../../src/http/joint-beats.js';
import { Crowd, leading, problem, type Letter, type Reply, type Said } from './crowd.fixture.js';

let crowd: Crowd;
beforeEach(async () => {
  crowd = new Crowd();
  await crowd.listen();
});
afterEach(async () => crowd.close());

it('an answer to leaders that comes after it was given up grants to each what it says of it', async () => {
  crowd.answer = leading;
  const runners = ['a', 'b'].map((group) => crowd.start(group));
  await until('both lead, and beat together', () => {
    const last = crowd.letters.at(-1);
    return last?.isJoint === true && last.beats.length === 2 && last.beats.every(({ term }) => term === 1);
  });
  let late: Letter | null = null;
  let answerLate = () => {};
  const answered = new Promise<void>((resolve) => (answerLate = resolve));
  crowd.onLetter = async (letter) => {
    if (!letter.isJoint || letter.beats.length < 2) return new Promise(() => undefined); // is never answered
    late ??= letter;
    return letter === late ? answered : new Promise(() => undefined);
  };
  const [a, b] = await until('it was given up: each says the next one alone', () => {
    const said = late?.beats.map(({ group }) => crowd.of(group).at(-1)!.sequence);
    return said?.every((sequence, at) => sequence > late!.beats[at]!.sequence) && late?.beats;
  });
  crowd.answer = (beat) => (beat.group === 'a' ? leading(beat) : problem(409, 'conflict'));
  answerLate();
  await until('a has seen it', () => crowd.of('a').at(-1)!.acked === a!.sequence);
  expect(crowd.of('b').at(-1)!.acked).toBeLessThan(b!.sequence);
  expect(runners.map((runner) => runner.mayProcess())).toEqual([true, true]);
});

it('of many leaders that are answered late each keeps its lease, though they go alone then', async () => {
  const led = ({ term, ...beat }: Said): Reply => ({
    ...leading({ term, ...beat }),
    heartbeatMs: 200,
    leaseMs: term === 1 ? 2_500 : 0,
  });
  crowd.answer = led;
  const runners = Array.from({ length: 8 }, (_, n) => crowd.start(`g${n}`));
  const lost: number[] = [];
  runners.forEach((runner, n) => runner.on('status', (status) => status === 'lost' && lost.push(n)));
  await until('all lead', () => runners.every((runner) => runner.mayProcess()));
  crowd.onLetter = async () => sleep(1_100); // longer than each is waited for
  const before = runners.map((_, n) => crowd.of(`g${n}`).length);
  await until('all have said many', () => before.every((count, n) => crowd.of(`g${n}`).length > count + 5));
  expect([lost, runners.every((runner) => runner.mayProcess())]).toEqual([[], true]);
});

it('who waits for less long than others of the same request hears its answer late, unless it has stopped', async () => {
  const told: string[] = [];
  const [impatient, stopped, patient] = [new AbortController(), new AbortController(), new AbortController()];
  let answer = () => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const say = async (name: string, { signal }: AbortController) => {
    const late = ({ answer: of }: { answer: unknown }) => told.push(`${name} late: ${JSON.stringify(of)}`);
    const said = { beat: { sequence: 1, acked: 0 }, signal, late };
    return beatJointly('here', said, async (those) => {
      await answered;
      return { headers: new Headers(), replies: those.map((_, at) => ({ status: 200, at })) };
    }).then(
      (heard) => told.push(`${name}: ${JSON.stringify(heard!.answer)}`),
      (error: Error) => told.push(`${name}: ${error.name}`),
    );
  };
  const all = [say('impatient', impatient), say('stopped', stopped), say('patient', patient)];
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  impatient.abort(new DOMException('no answer', 'TimeoutError'));
  stopped.abort(new DOMException('given up', 'AbortError'));
  answer();
  await Promise.all(all);
  expect(told).toEqual([
    'impatient: TimeoutError',
    'stopped: AbortError',
    'impatient late: {"status":200,"at":0}',
    'patient: {"status":200,"at":2}',
  ]);
});
