import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Crowd, problem, type Reply } from './crowd.fixture.js';

let crowd: Crowd;
beforeEach(async () => {
  crowd = new Crowd();
  await crowd.listen();
});
afterEach(async () => crowd.close());

const unread = problem(400, 'invalid-request');

it.each([
  ['of each', 200, ({ length }: Reply[]) => ({ replies: Array.from({ length }, () => unread) })],
  ['of all', 400, () => unread],
])(
  'a server of an older release, which makes nothing %s, hears each alone at once, and nobody is told',
  async (_, status, answer) => {
    const problems: string[] = [];
    for (const group of ['a', 'b']) crowd.start(group).on('problem', ({ message }) => problems.push(message));
    crowd.statusOfAll = status;
    crowd.answerAll = answer;
    await until('together', () => crowd.joint('a', 'b'));
    const from = crowd.letters.findIndex(({ isJoint }) => isJoint);
    await until('many beats more', () => crowd.letters.length > from + 8);
    const [together, ...later] = crowd.letters.slice(from);
    const alone = later.filter(({ isJoint }) => !isJoint || status === 200); // of all: asked once more, without what it may not know
    expect(later.length - alone.length).toBe(status === 200 ? 0 : 1);
    expect(alone.every(({ isJoint }) => !isJoint)).toBe(true);
    const heard = alone.slice(0, 2).map(({ beats: [beat] }) => `${beat!.group} ${beat!.sequence}`);
    expect(heard.sort()).toEqual(together!.beats.map((beat) => `${beat.group} ${beat.sequence}`).sort());
    expect(problems).toEqual([]);
  },
);
