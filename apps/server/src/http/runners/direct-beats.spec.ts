import { expect, it } from '@jest/globals';
import fastify from 'fastify';
import type { Node } from '@conclave/node';
import { giveWay } from '@conclave/kernel';
import { inc } from '@conclave/processes';
import { Counts } from '../../metrics/counts.js';
import { ProblemFilter } from '../edge/problem.filter.js';
import { answerBeatsDirectly } from './direct-beats.js';
import { HeartbeatsController } from './heartbeats.controller.js';

/** A server of nothing but beats. */
function serverOf(hear: () => unknown) {
  const reception = { arrival: () => ({}), readAhead: () => undefined, hear };
  const node = { presence: { reception } } as unknown as Node;
  const logged: string[] = [];
  const logger = { error: ({ err }: { err: Error }) => void logged.push(err.message) };
  const counts = new Counts();
  const app = fastify();
  app.decorateRequest('caller', null);
  const problems = new ProblemFilter(node, logger as never, app);
  answerBeatsDirectly(app, new HeartbeatsController(node, counts), problems);
  for (const url of ['/v1/heartbeats', '/v1/groups/:g/runners/:r/heartbeat']) app.post(url, () => null);
  return { app, logged, counts };
}

it('of a batch each refused beat is counted, and a defect stands in the log, as of one that comes by itself', async () => {
  const { app, logged, counts } = serverOf(() => {
    throw new TypeError('a defect');
  });
  const beat = { incarnation: inc('a'), sequence: 1 };
  const beats = [{ group: 'g', runner: 'r', ...beat }, { group: 'g' }];
  const batch = await app.inject({ method: 'POST', url: '/v1/heartbeats', payload: { beats } });
  expect(batch.json()).toMatchObject({ replies: [{ code: 'internal' }, { code: 'invalid-request' }] });
  expect({ logged, beats: [...counts.beats] }).toEqual({
    logged: ['a defect'],
    beats: [
      ['internal', 1],
      ['invalid-request', 1],
    ],
  });
  const url = '/v1/groups/g/runners/r/heartbeat';
  expect((await app.inject({ method: 'POST', url, payload: beat })).json()).toMatchObject({ status: 500 });
  expect({ logged, internal: counts.beats.get('internal') }).toEqual({
    logged: ['a defect', 'a defect'],
    internal: 2,
  });
});

it('a batch is heard before what else waits, however much that is', async () => {
  const { app } = serverOf(() => ({ role: 'standby', term: 1, leaseMs: 0 }));
  let done = 0;
  const work = async (): Promise<void> => {
    await giveWay();
    for (const sinceMs = performance.now(); performance.now() - sinceMs < 6;);
    done++;
  };
  const all = Promise.all(Array.from({ length: 300 }, work));
  const beats = Array.from({ length: 200 }, (_, n) => ({
    group: 'g',
    runner: `r${n}`,
    incarnation: inc('a'),
    sequence: 1,
  }));
  const answer = await app.inject({ method: 'POST', url: '/v1/heartbeats', payload: { beats } });
  expect(answer.json<{ replies: unknown[] }>().replies).toHaveLength(200);
  expect(done).toBeLessThan(100);
  await all;
});
