import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Crowd, standby, type Letter } from './crowd.fixture.js';

let crowd: Crowd;
beforeEach(async () => {
  crowd = new Crowd();
  await crowd.listen();
});
afterEach(async () => crowd.close());

describe('of runners of one process that beat at other times than they would', () => {
  const CROWD = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const isCrowd = ({ isJoint, beats }: Letter) => isJoint && beats.length > 4;

  it('a crowd that is not answered goes together again, but for one: a server that is busy would answer none of so many', async () => {
    for (const group of CROWD) crowd.start(group);
    await until('all together', () => crowd.letters.some(({ beats }) => beats.length === CROWD.length));
    crowd.hangs = true;
    const from = crowd.letters.length;
    const since = () => crowd.letters.slice(from);
    // a busy machine may part them for good: some wait while the others rest
    const isTogether = ({ isJoint, beats }: Letter) => isJoint && beats.length > 1;
    await until('together again and again', () => since().filter(isTogether).length > 3);
    await until('one alone', () => since().some(({ isJoint }) => !isJoint));
    const alone = since().filter(({ isJoint }) => !isJoint).length;
    expect(alone).toBeLessThan(since().flatMap(({ isJoint, beats }) => (isJoint ? beats : [])).length);
    crowd.hangs = false;
    await until('answered', () => crowd.runners.every(({ status }) => status === 'standby'));
  });

  it('where that one is answered, and the others are not, all go alone', async () => {
    crowd.answerAll = () => 'hang';
    for (const group of CROWD) crowd.start(group);
    await until('together, in vain', () => crowd.letters.some(isCrowd));
    const from = crowd.letters.length;
    const alone = () => crowd.letters.slice(from).filter(({ isJoint }) => !isJoint);
    const groups = () => new Set(alone().map(({ beats }) => beats[0]!.group));
    await until('all have gone alone', () => groups().size === CROWD.length);
  });

  it('who stands by and hears news beats at once, with all who hear it in this turn', async () => {
    crowd.answer = () => ({ ...standby(), heartbeatMs: 60_000 });
    const groups = ['a', 'b', 'c'];
    for (const group of groups) crowd.start(group);
    await until('all stand by', () => crowd.runners.every(({ status }) => status === 'standby'));
    await until('their streams', () => crowd.sessions.length === groups.length);
    await until('together', () => {
      for (const session of crowd.sessions) session.write('event: standby\ndata: {"term":0}\n\n');
      return crowd.letters.some(({ isJoint }) => isJoint);
    });
    expect(crowd.letters.filter(({ isJoint }) => isJoint)[0]!.beats.length).toBeGreaterThan(1);
  });
});
