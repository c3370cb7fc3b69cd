import { expect, it } from '@jest/globals';
import fastify from 'fastify';
import type { Node } from '@conclave/node';
import { inc } from '@conclave/processes';
import { Counts } from '../../metrics/counts.js';
import { ProblemFilter } from '../edge/problem.filter.js';
import { answerBeatsDirectly } from './direct-beats.js';
import { HeartbeatsController } from './heartbeats.controller.js';

it('of a batch each refused beat is counted, and a defect stands in the log, as of one that comes by itself', async () => {
  const reception = {
    arrival: () => ({}),
    readAhead: () => undefined,
    hear: () => {
      throw new TypeError('a defect');
    },
  };
  const node = { presence: { reception } } as unknown as Node;
  const logged: string[] = [];
  const logger = { error: ({ err }: { err: Error }) => void logged.push(err.message) };
  const counts = new Counts();
  const app = fastify();
  app.decorateRequest('caller', null);
  const problems = new ProblemFilter(node, logger as never, app);
  answerBeatsDirectly(app, new HeartbeatsController(node, counts), problems);
  for (const url of ['/v1/heartbeats', '/v1/groups/:g/runners/:r/heartbeat']) app.post(url, () => null);

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
