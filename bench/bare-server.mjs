// What HTTP itself costs: Fastify with the same schemas, and nothing behind it.
import fastify from 'fastify';
import { BatchBody, HeartbeatBody, RunnerPath } from '../dist/libs/contract/src/index.js';

const app = fastify({ bodyLimit: 512 * 1024 });
app.post('/v1/groups/:g/runners/:r/heartbeat', async (request) => {
  const { r } = RunnerPath.parse(request.params);
  const { term = 1 } = HeartbeatBody.parse(request.body);
  return { role: 'standby', term, leader: r, leaseMs: 0, heartbeatMs: 5_000, version: 1 };
});
app.post('/v1/heartbeats', async (request) => {
  const { beats } = BatchBody.parse(request.body);
  const answer = ({ runner, term = 1 }) => ({
    status: 200,
    ...{ role: 'standby', term, leader: runner, leaseMs: 0, heartbeatMs: 5_000, version: 1 },
  });
  return { replies: beats.map(answer) };
});
console.log(`listening on ${await app.listen({ port: 0, host: '127.0.0.1' })}`);
