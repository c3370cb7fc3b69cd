import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Crowd, leading, problem, secretOf, standby } from './crowd.fixture.js';

let crowd: Crowd;
beforeEach(async () => {
  crowd = new Crowd();
  await crowd.listen();
});
afterEach(async () => crowd.close());

describe('runners of one process', () => {
  it('beat in one request once they are in step, each with its own secret, in order, none left out', async () => {
    for (const group of ['a', 'b', 'c']) crowd.start(group);
    await until('all together', () => crowd.joint('a', 'b', 'c'));
    for (const { beats } of crowd.letters)
      for (const { group, secret } of beats) expect(secret).toBe(secretOf(group));
    const { length } = crowd.letters;
    await until('some heartbeats more', () => crowd.letters.length > length + 5);
    for (const group of ['a', 'b', 'c'])
      expect(crowd.of(group).map(({ sequence }) => sequence)).toEqual(crowd.of(group).map((_, at) => at + 1));
    expect(crowd.registrations.sort()).toEqual(['a', 'b', 'c']);
  });

  it('one alone beats as ever', async () => {
    crowd.start('a');
    await until('some beats', () => crowd.letters.length > 5);
    expect(crowd.letters.every(({ isJoint }) => !isJoint)).toBe(true);
  });

  it('who leads waits until it is written down, which who stands by does not: they go apart', async () => {
    crowd.answer = (beat) => (beat.group < 'c' ? leading(beat) : standby());
    for (const group of ['a', 'b', 'c', 'd']) crowd.start(group);
    await until('those who lead', () => crowd.joint('a', 'b'));
    await until('those who stand by', () => crowd.joint('c', 'd'));
    for (const letter of crowd.letters.filter(({ isJoint }) => isJoint))
      expect(new Set(letter.beats.map(({ term }) => term)).size).toBe(1);
  });

  it('a beat that a lease hangs on, since its runner was just elected, waits for nobody', async () => {
    for (const group of ['a', 'b']) crowd.start(group);
    await until('together', () => crowd.joint('a', 'b'));
    crowd.answer = leading;
    await until('both lead', () => crowd.runners.every((runner) => runner.mayProcess()));
    for (const group of ['a', 'b']) {
      const first = crowd.letters.find(({ beats }) =>
        beats.some((beat) => beat.group === group && beat.term === 1),
      )!;
      expect(first.beats).toHaveLength(1);
    }
  });

  it('of whom one is refused the others are not', async () => {
    for (const group of ['a', 'b']) crowd.start(group);
    await until('together', () => crowd.joint('a', 'b'));
    const before = crowd.registrations.length;
    crowd.answer = ({ group, sequence }) =>
      group === 'a' && sequence < 1_000 && crowd.registrations.length === before
        ? problem(404, 'runner-unknown')
        : standby();
    await until('it has registered anew', () => crowd.registrations.length > before);
    expect(crowd.registrations.slice(before)).toEqual(['a']);
    await until('together again', () => crowd.letters.slice(-3).some((letter) => letter.beats.length === 2));
  });

  it('an answer that one has no part in is none to it, and the others have theirs', async () => {
    const problems: string[] = [];
    for (const group of ['a', 'b'])
      crowd.start(group).on('problem', ({ message }) => problems.push(`${group}: ${message}`));
    crowd.answerAll = (replies) => ({ replies: replies.slice(0, 1) });
    await until('one complains', () => problems.length > 0);
    expect(problems[0]).toMatch(/^[ab]: http.* answered \(502\), but not as Conclave does/);
    expect(crowd.runners.filter(({ status }) => status === 'standby')).toHaveLength(2);
  });

  it.each([
    ['a page of somebody who stands between', () => '<html>'],
    ['nothing in particular', () => null],
  ])('what is answered to all of them, %s, is no answer to any', async (_what, page) => {
    const problems = new Set<string>();
    for (const group of ['a', 'b'])
      crowd.start(group).on('problem', ({ message }) => problems.add(`${group}: ${message}`));
    crowd.answerAll = page;
    await until('both complain', () => problems.size > 1);
    const said = `${crowd.url} answered (200), but not as Conclave does: is it another program, or a proxy?`;
    expect([...problems].sort()).toEqual([`a: ${said}`, `b: ${said}`]);
    await until('alone they are answered', () => crowd.runners.every(({ status }) => status === 'standby'));
  });

  it.each([
    [503, 'overloaded'],
    [404, 'not-found'],
  ])('who is refused in company (%s %s) loses nothing, and goes alone for a while', async (status, code) => {
    const problems = new Set<string>();
    crowd.answer = leading;
    crowd.statusOfAll = status;
    crowd.answerAll = () => problem(status, code);
    for (const group of ['a', 'b']) crowd.start(group).on('problem', ({ message }) => problems.add(message));
    await until('together, in vain', () => crowd.joint('a', 'b'));
    const from = crowd.letters.length;
    await until('many beats more', () => crowd.letters.length > from + 6);
    expect(crowd.letters.slice(from).every(({ isJoint }) => !isJoint)).toBe(true);
    expect(crowd.runners.every((runner) => runner.term === 1 && runner.mayProcess())).toBe(true);
    expect(crowd.registrations).toHaveLength(2);
    expect([...problems]).toEqual([`${crowd.url} takes no beats together: ${code}`]);
  });

  it('each shows its own credential, if it has one; the request shows that of one', async () => {
    crowd.credential = (group) => `credential-of-${group}`;
    for (const group of ['a', 'b']) crowd.start(group, { joinToken: 'join' });
    await until('together', () => crowd.joint('a', 'b'));
    for (const { beats, token, isJoint } of crowd.letters) {
      expect(token).toBe(`Bearer credential-of-${beats[0]!.group}`);
      for (const { group, credential } of beats)
        expect(credential).toBe(isJoint ? `credential-of-${group}` : undefined);
    }
  });

  it.each([401, 403])(
    '%i is of the one whose credential was shown: each is said again alone',
    async (status) => {
      const problems: string[] = [];
      for (const group of ['a', 'b'])
        crowd.start(group).on('problem', (error) => problems.push(error.message));
      crowd.statusOfAll = status;
      crowd.answerAll = () => problem(status, 'unauthenticated');
      await until('together', () => crowd.joint('a', 'b'));
      const from = crowd.letters.findIndex(({ isJoint }) => isJoint) + 1;
      await until('each alone', () => crowd.letters.length >= from + 2);
      expect(crowd.letters.slice(from, from + 2).map(({ isJoint }) => isJoint)).toEqual([false, false]);
      expect(problems).toEqual([]);
    },
  );

  it.each([401, 403])(
    'a %i that is not of Conclave is of somebody who lets none through together',
    async (status) => {
      const problems = new Set<string>();
      for (const group of ['a', 'b'])
        crowd.start(group).on('problem', ({ message }) => problems.add(message));
      crowd.statusOfAll = status;
      crowd.answerAll = () => '<html>';
      await until('together, in vain', () => crowd.joint('a', 'b'));
      const from = crowd.letters.length;
      await until('many beats more', () => crowd.letters.length > from + 6);
      expect(crowd.letters.slice(from).every(({ isJoint }) => !isJoint)).toBe(true);
      expect([...problems][0]).toContain(`${crowd.url} answered (${status}), but not as Conclave does`);
    },
  );

  it('nobody answers them together: each is said again alone, and for a while all go alone', async () => {
    crowd.answer = leading;
    crowd.answerAll = () => 'hang';
    for (const group of ['a', 'b']) crowd.start(group);
    await until('together, in vain', () => crowd.joint('a', 'b'));
    const from = crowd.letters.length;
    await until('many beats more', () => crowd.letters.length > from + 6);
    expect(crowd.letters.slice(from).every(({ isJoint }) => !isJoint)).toBe(true);
    expect(crowd.runners.every((runner) => runner.mayProcess())).toBe(true);
  });

  it('where that was for a moment they are soon together again', async () => {
    for (const group of ['a', 'b']) crowd.start(group);
    crowd.answerAll = () => 'hang';
    await until('together, in vain', () => crowd.joint('a', 'b'));
    const from = crowd.letters.length;
    crowd.answerAll = (replies) => ({ replies });
    await until('together again', () => crowd.letters.slice(from).some(({ isJoint }) => isJoint));
  });

  it('who shows another credential goes by itself, as a request shows but one', async () => {
    for (const group of ['a', 'b']) crowd.start(group, { token: 'one' });
    for (const group of ['c', 'd']) crowd.start(group, { token: 'two' });
    await until('those of one', () => crowd.joint('a', 'b'));
    await until('those of two', () => crowd.joint('c', 'd'));
    for (const { beats, token } of crowd.letters)
      for (const { group } of beats) expect(token).toBe(group < 'c' ? 'Bearer one' : 'Bearer two');
  });

  it('who stops amid a beat leaves the others theirs', async () => {
    const [first, other] = [crowd.start('a'), crowd.start('b')];
    await until('together', () => crowd.joint('a', 'b'));
    await first.stop();
    const said = crowd.of('b').length;
    await until('the other one beats on', () => crowd.of('b').length > said + 3);
    expect(other.status).toBe('standby');
  });
});
