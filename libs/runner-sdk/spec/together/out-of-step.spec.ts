import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Crowd, standby } from './crowd.fixture.js';

let crowd: Crowd;
beforeEach(async () => {
  crowd = new Crowd();
  await crowd.listen();
});
afterEach(async () => crowd.close());

describe('of runners of one process that beat at other times than they would', () => {
  it('who is answered neither together nor alone is said together again: a busy server has few to answer', async () => {
    for (const group of ['a', 'b']) crowd.start(group);
    await until('together', () => crowd.joint('a', 'b'));
    crowd.hangs = true;
    const from = crowd.letters.length;
    const since = (isJoint: boolean) => crowd.letters.slice(from).findIndex((one) => one.isJoint === isJoint);
    await until('alone', () => since(false) >= 0);
    const alone = from + since(false);
    await until('together again', () => crowd.letters.slice(alone).some(({ isJoint }) => isJoint));
    crowd.hangs = false;
    await until('answered', () => crowd.runners.every(({ status }) => status === 'standby'));
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
