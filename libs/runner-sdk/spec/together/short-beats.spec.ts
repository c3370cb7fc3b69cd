import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Crowd, problem, standby, type Letter, type Reply } from './crowd.fixture.js';

let crowd: Crowd;
/** Whom a number means, as the server has it; and the version that each group is at. */
let numbers: string[];
let version: number;
let key: string;
/** What it says to those of a letter that are three numbers; by default that nothing is new. */
let told: (groups: string[]) => { changed: [number, Reply][]; unknown: number[] };

const answer = (group: string): Reply => {
  if (!numbers.includes(group)) numbers.push(group);
  return { ...standby(), version, number: numbers.indexOf(group) };
};
const groupsIn = ({ short }: Letter): string[] =>
  (short?.beats ?? []).filter((_, at) => at % 3 === 0).map((number) => numbers[number]!);
const isShort = (letter: Letter): boolean => groupsIn(letter).length > 0;

beforeEach(async () => {
  [crowd, numbers, version, key] = [new Crowd(), [], 7, 'the-first-key'];
  told = () => ({ changed: [], unknown: [] });
  crowd.answer = ({ group }) => answer(group);
  crowd.answerAll = (replies, short) => ({
    replies,
    ...(short && {
      short: { key, ...told(groupsIn({ beats: [], isJoint: true, token: undefined, short })) },
    }),
  });
  await crowd.listen();
});
afterEach(async () => crowd.close());

it('who stands by says three numbers once it was given one, and each sequence once', async () => {
  const problems: unknown[] = [];
  for (const group of ['a', 'b', 'c']) crowd.start(group).on('problem', (error) => problems.push(error));
  await until('all short', () => crowd.letters.filter((letter) => groupsIn(letter).length === 3).length > 3);
  const said = crowd.letters.flatMap(({ beats, short }) => [
    ...beats.map(({ group, sequence }) => [group, sequence]),
    ...numbers.flatMap((group, number) =>
      (short?.beats ?? []).flatMap((one, at, all) =>
        at % 3 === 0 && one === number ? [[group, all[at + 1]!]] : [],
      ),
    ),
  ]);
  for (const group of ['a', 'b', 'c']) {
    const sequences = said.filter(([of]) => of === group).map(([, sequence]) => sequence);
    expect(sequences).toEqual(sequences.map((_, at) => at + 1));
  }
  for (const { short } of crowd.letters.filter(isShort)) {
    expect(short!.key).toBe('the-first-key');
    expect(short!.beats.filter((_, at) => at % 3 === 2).every((one) => one === 7)).toBe(true);
  }
  expect([crowd.runners.map(({ status }) => status), problems]).toEqual([
    ['standby', 'standby', 'standby'],
    [],
  ]);
});

it('what is new to one of them is told to it alone, and the next time it says that it knows', async () => {
  for (const group of ['a', 'b']) crowd.start(group);
  await until('short', () => crowd.letters.some((letter) => groupsIn(letter).length === 2));
  const news: Reply = { ...standby(), term: 4, version: 8, number: 0 };
  told = (groups) => ({
    changed: groups.flatMap((group, at) => (group === numbers[0] ? [[at, news] as [number, Reply]] : [])),
    unknown: [],
  });
  const versions = ({ short }: Letter) =>
    Object.fromEntries(groupsIn({ short } as Letter).map((group, at) => [group, short!.beats[3 * at + 2]]));
  await until('it knows', () =>
    crowd.letters.some((letter) => {
      const [first, second] = numbers.map((group) => versions(letter)[group]);
      return first === 8 && second === 7;
    }),
  );
});

it('who is not known by its number any more is said in full at once, with the same sequence: it was not heard', async () => {
  const problems: unknown[] = [];
  for (const group of ['a', 'b']) crowd.start(group).on('problem', (error) => problems.push(error));
  await until('short', () => crowd.letters.some((letter) => groupsIn(letter).length === 2));
  key = 'of-another-life';
  told = (groups) => ({ changed: [], unknown: groups.map((_, at) => at) });
  const from = crowd.letters.length;
  await until('in full', () => crowd.letters.slice(from).some(({ beats }) => beats.length === 2));
  told = () => ({ changed: [], unknown: [] });
  const [refused, full] = crowd.letters.slice(from);
  const said = groupsIn(refused!).map((group, at) => [group, refused!.short!.beats[3 * at + 1]]);
  expect(full!.beats.map(({ group, sequence }) => [group, sequence])).toEqual(said);
  await until('short again, with the other key', () =>
    crowd.letters.some((letter) => isShort(letter) && letter.short!.key === 'of-another-life'),
  );
  expect(problems).toEqual([]);
});

it('who is refused by its number is refused itself, and says its next beat in full', async () => {
  for (const group of ['a', 'b']) crowd.start(group);
  await until('short', () => crowd.letters.some((letter) => groupsIn(letter).length === 2));
  const before = crowd.registrations.length;
  told = (groups) => ({
    changed: groups.flatMap((group, at) =>
      group === 'a' && crowd.registrations.length === before
        ? [[at, problem(404, 'runner-unknown')] as [number, Reply]]
        : [],
    ),
    unknown: [],
  });
  await until('it has registered anew', () => crowd.registrations.length > before);
  expect(crowd.registrations.slice(before)).toEqual(['a']);
});

it('an answer that says nothing of those who were three numbers is none to them: they are said in full', async () => {
  for (const group of ['a', 'b']) crowd.start(group);
  await until('short', () => crowd.letters.some((letter) => groupsIn(letter).length === 2));
  crowd.answerAll = (replies) => ({ replies });
  const from = crowd.letters.length;
  await until('in full', () => crowd.letters.slice(from).some(({ beats }) => beats.length === 2));
  const later = crowd.letters.length;
  await until('more', () => crowd.letters.length > later + 4);
  expect(crowd.letters.slice(later).some(isShort)).toBe(false);
});

it('who has a credential of its own shows it with each beat, in full', async () => {
  crowd.credential = (group) => `credential-of-${group}`;
  for (const group of ['a', 'b']) crowd.start(group, { joinToken: 'join' });
  await until('together', () => crowd.letters.filter(({ isJoint }) => isJoint).length > 4);
  expect(crowd.letters.some(({ short }) => short !== undefined)).toBe(false);
});

it('a server of an older release, which takes that for a mistake, is asked once more without it, and not again', async () => {
  crowd.answerAll = (replies, short) => {
    crowd.statusOfAll = short ? 400 : 200;
    return short ? problem(400, 'invalid-request') : { replies };
  };
  const { length } = crowd.letters;
  for (const group of ['a', 'b']) crowd.start(group);
  await until('together', () => crowd.letters.slice(length).filter(({ isJoint }) => isJoint).length > 5);
  const [first, ...others] = crowd.letters.filter(({ isJoint }) => isJoint);
  expect(first!.short).toBeDefined();
  expect(others.every(({ short, beats }) => short === undefined && beats.length === 2)).toBe(true);
  expect(others[0]!.beats.map(({ sequence }) => sequence)).toEqual(
    first!.beats.map(({ sequence }) => sequence),
  );
});

it('where each request goes to another server, of which none knows the numbers of the others, all are said in full', async () => {
  for (const group of ['a', 'b']) crowd.start(group);
  await until('short', () => crowd.letters.some((letter) => groupsIn(letter).length === 2));
  let servers = 0;
  told = (groups) => {
    key = `of-server-${++servers % 2}`;
    return { changed: [], unknown: groups.map((_, at) => at) };
  };
  const joint = () => crowd.letters.filter(({ isJoint }) => isJoint);
  await until('many in full, without numbers', () =>
    joint()
      .slice(-6)
      .every(({ short, beats }) => short === undefined && beats.length === 2),
  );
  expect(crowd.letters.filter(isShort).length).toBeLessThan(12);
});
